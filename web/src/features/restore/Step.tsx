import type { ReactNode } from 'react';
import classes from './Restore.module.css';

interface Props {
  number: number;
  title: string;
  action?: ReactNode;
  children: ReactNode;
}

export function Step({ number, title, action, children }: Props) {
  return (
    <section className={classes.step} aria-label={title}>
      <div className={classes.stepHead}>
        <span className={classes.number} aria-hidden="true">
          {number}
        </span>
        <h3 className={classes.stepTitle}>{title}</h3>
        {action}
      </div>
      <div className={classes.stepBody}>{children}</div>
    </section>
  );
}
