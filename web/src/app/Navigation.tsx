import { NavLink } from 'react-router-dom';
import { useSession } from '@/api/session';
import { useTranslate } from '@/i18n/locale';
import type { MessageKey } from '@/i18n/en';
import {
  IconChart,
  IconCloud,
  IconCpu,
  IconGrid,
  IconList,
  IconRefresh,
  IconShield,
  IconUsers,
} from '@/ui/icons';
import type { Icon } from '@/ui/icons';
import classes from './Navigation.module.css';

interface Item {
  to: string;
  label: MessageKey;
  icon: Icon;
}

const platform: Item[] = [
  { to: '/platform/jobs', label: 'nav.jobs', icon: IconRefresh },
  { to: '/platform/stores', label: 'nav.stores', icon: IconCloud },
  { to: '/platform/storage', label: 'nav.storage', icon: IconChart },
  { to: '/platform/workers', label: 'nav.workers', icon: IconCpu },
  { to: '/platform/accounts', label: 'nav.accounts', icon: IconUsers },
  { to: '/platform/audit', label: 'nav.audit', icon: IconList },
];

export function Navigation() {
  const t = useTranslate();
  const { account, memberships } = useSession();
  // More than a handful are better looked for in the list.
  const own = account.operator ? [] : memberships.slice(0, 8);
  return (
    <div className={classes.navigation}>
      <Links
        items={[{ to: '/projects', label: account.operator ? 'nav.fleet' : 'nav.projects', icon: IconGrid }]}
        exact
      />
      {own.length > 0 && (
        <ul role="list" className={classes.list}>
          {own.map(({ project }) => (
            <li key={project}>
              <NavLink to={`/projects/${project}`} className={classes.link}>
                <IconShield size={18} stroke={1.8} aria-hidden="true" />
                <span className="ellipsis">{project}</span>
              </NavLink>
            </li>
          ))}
        </ul>
      )}
      {account.operator && (
        <>
          <p className={classes.group}>{t('nav.platform')}</p>
          <Links items={platform} />
        </>
      )}
    </div>
  );
}

function Links({ items, exact = false }: { items: Item[]; exact?: boolean }) {
  const t = useTranslate();
  return (
    <ul role="list" className={classes.list}>
      {items.map(({ to, label, icon: ItemIcon }) => (
        <li key={to}>
          <NavLink to={to} end={exact} className={classes.link}>
            <ItemIcon size={18} stroke={1.8} aria-hidden="true" />
            {t(label)}
          </NavLink>
        </li>
      ))}
    </ul>
  );
}
