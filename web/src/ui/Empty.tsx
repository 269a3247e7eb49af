import type { ReactNode } from 'react';
import classes from './Empty.module.css';
import type { Icon } from './icons';

interface Props {
  icon: Icon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

// Nothing here yet: says what would be, and how it comes to be.
export function Empty({ icon: EmptyIcon, title, children, action }: Props) {
  return (
    <div className={classes.empty}>
      <span className={classes.icon}>
        <EmptyIcon size={26} stroke={1.7} aria-hidden="true" />
      </span>
      <p className={classes.title}>{title}</p>
      {children && <div className={classes.text}>{children}</div>}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}
