import type { ReactNode } from 'react';
import classes from './Facts.module.css';

export interface Fact {
  label: string;
  value: ReactNode;
  wide?: boolean;
}

// Names and values.
export function Facts({ facts }: { facts: (Fact | null)[] }) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter((fact) => fact !== null)
        .map((fact) => (
          <div key={fact.label} className={classes.fact} data-wide={fact.wide ?? undefined}>
            <dt>{fact.label}</dt>
            <dd className="numbers">{fact.value}</dd>
          </div>
        ))}
    </dl>
  );
}
