import { ActionIcon, Drawer } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link, Outlet, useLocation } from 'react-router-dom';
import { useTranslate } from '@/i18n/locale';
import { IconMenu } from '@/ui/icons';
import { Mark } from '@/ui/Mark';
import { AccountMenu } from './AccountMenu';
import { Navigation } from './Navigation';
import classes from './Shell.module.css';

// The frame of every page: where one can go on the left (in a drawer on a phone), the page beside it.
export function Shell() {
  const t = useTranslate();
  const location = useLocation();
  const [opened, setOpened] = useState(false);
  useEffect(() => setOpened(false), [location.pathname]);
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t('shell.skip')}
      </a>
      <header className={classes.bar}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="xl"
          aria-label={t('shell.menu')}
          aria-expanded={opened}
          onClick={() => setOpened(true)}
        >
          <IconMenu size={22} />
        </ActionIcon>
        <Brand />
        <AccountMenu compact />
      </header>
      <nav className={classes.sidebar} aria-label={t('nav.label')}>
        <Brand />
        <Navigation />
        <div className={classes.foot}>
          <AccountMenu />
        </div>
      </nav>
      <Drawer.Root opened={opened} onClose={() => setOpened(false)} size="280px">
        <Drawer.Overlay />
        <Drawer.Content aria-label={t('nav.label')}>
          <Drawer.Header role="none">
            <Brand />
            <Drawer.CloseButton aria-label={t('action.close')} />
          </Drawer.Header>
          <Drawer.Body>
            <nav aria-label={t('nav.label')}>
              <Navigation />
            </nav>
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
      <main id="content" className={classes.content} tabIndex={-1}>
        <div className={classes.inner}>
          <Outlet />
        </div>
        <div id="overlays" />
      </main>
    </div>
  );
}

function Brand() {
  return (
    <Link to="/" className={classes.brand}>
      <Mark />
      <span>Skyhold</span>
    </Link>
  );
}
