import { useEffect } from 'react';
import type { ReactNode } from 'react';
import classes from './Page.module.css';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Skyhold' : `${title} · Skyhold`;
  }, [title]);
}

interface PageProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  // Inside a project its name is the page's h1.
  level?: 1 | 2;
  narrow?: boolean;
}

// A page: its heading, what can be done, and what there is to see. On a phone the actions lie
// at the bottom of the screen, in reach of the thumb.
export function Page({ title, lead, actions, children, level = 1, narrow = false }: PageProps) {
  useTitle(title);
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <div className={classes.page} data-narrow={narrow || undefined} data-actions={actions ? true : undefined}>
      <div className={classes.head}>
        <div className={classes.words}>
          <Heading className={classes.title}>{title}</Heading>
          {lead !== undefined && <p className={classes.lead}>{lead}</p>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </div>
  );
}

interface SectionProps {
  title?: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  level?: 2 | 3;
  flush?: boolean;
}

// A card with a heading.
export function Section({ title, lead, actions, children, level = 2, flush = false }: SectionProps) {
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className={classes.section} aria-label={title}>
      {(title !== undefined || actions) && (
        <div className={classes.sectionHead}>
          <div className={classes.words}>
            {title !== undefined && <Heading className={classes.sectionTitle}>{title}</Heading>}
            {lead !== undefined && <p className={classes.sectionLead}>{lead}</p>}
          </div>
          {actions && <div className={classes.sectionActions}>{actions}</div>}
        </div>
      )}
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}
