import type { ReactNode } from 'react';
import { UnstyledButton } from '@mantine/core';
import { useTranslate } from '@/i18n/locale';
import classes from './DataTable.module.css';
import { IconDown, IconUp } from './icons';

export interface Column<Row, Sort extends string = string> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'end';
  // In a card of a phone: the headline, a value without its label, one over the whole width, one in the
  // upper corner, or nothing at all.
  card?: 'title' | 'plain' | 'hidden' | 'wide' | 'corner';
  sort?: Sort;
  width?: string;
}

interface Props<Row, Sort extends string> {
  label: string;
  columns: Column<Row, Sort>[];
  rows: Row[];
  rowKey: (row: Row) => string;
  sort?: { by: Sort; descending: boolean; onChange: (by: Sort) => void };
  busy?: boolean;
}

// A table that becomes a list of cards on a phone. Its roles are said aloud, because browsers
// forget them as soon as a table is laid out otherwise.
export function DataTable<Row, Sort extends string = string>(props: Props<Row, Sort>) {
  const { label, columns, rows, rowKey, sort, busy = false } = props;
  return (
    <div className={classes.frame}>
      <table className={classes.table} role="table" aria-label={label} aria-busy={busy}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <HeaderCell key={column.id} column={column} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr role="row" key={rowKey(row)}>
              {columns.map((column) => (
                <td
                  role="cell"
                  key={column.id}
                  data-label={column.header}
                  data-card={column.card}
                  data-align={column.align}
                  className="numbers"
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeaderProps<Row, Sort extends string> {
  column: Column<Row, Sort>;
  sort: Props<Row, Sort>['sort'];
}

function HeaderCell<Row, Sort extends string>({ column, sort }: HeaderProps<Row, Sort>) {
  const t = useTranslate();
  const sortBy = column.sort;
  if (!sort || sortBy === undefined) {
    return (
      <th role="columnheader" scope="col" data-align={column.align} style={{ width: column.width }}>
        {column.header === '' ? <span className="reader-only">{t('table.actions')}</span> : column.header}
      </th>
    );
  }
  const active = sort.by === sortBy;
  const SortIcon = sort.descending ? IconDown : IconUp;
  return (
    <th
      role="columnheader"
      scope="col"
      data-align={column.align}
      aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      style={{ width: column.width }}
    >
      <UnstyledButton className={classes.sort} onClick={() => sort.onChange(sortBy)}>
        {column.header}
        {active && <SortIcon size={14} aria-hidden="true" />}
      </UnstyledButton>
    </th>
  );
}
