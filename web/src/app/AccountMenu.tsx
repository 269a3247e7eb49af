import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import type { MantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router-dom';
import { api } from '@/api/client';
import { keepSession, useSession } from '@/api/session';
import { useTranslate } from '@/i18n/locale';
import { IconCheck, IconCircle, IconMoon, IconSignOut, IconSun, IconUser } from '@/ui/icons';
import { initials } from './initials';
import classes from './AccountMenu.module.css';

const schemes: MantineColorScheme[] = ['auto', 'light', 'dark'];
const schemeIcons = { auto: IconCircle, light: IconSun, dark: IconMoon };

export function AccountMenu({ compact = false }: { compact?: boolean }) {
  const t = useTranslate();
  const { account } = useSession();
  const name = account.display_name || account.name;
  const client = useQueryClient();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  const signOut = async () => {
    await api.DELETE('/session').catch(() => undefined);
    keepSession(client, null);
    client.removeQueries({ predicate: (query) => !['session', 'meta'].includes(String(query.queryKey[0])) });
    navigate('/sign-in');
  };

  return (
    <Menu position={compact ? 'bottom-end' : 'top-start'} width={232}>
      <Menu.Target>
        <UnstyledButton
          className={classes.target}
          aria-label={compact ? t('account.menu', { name }) : undefined}
        >
          <span className={classes.avatar} aria-hidden="true">
            {compact ? <IconUser size={17} /> : initials(name)}
          </span>
          {!compact && (
            <span className={classes.names}>
              <span className="ellipsis">{name}</span>
              {account.operator && <span className="dimmed small">{t('role.operator')}</span>}
            </span>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={16} />}>
          {t('account.profile')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label role="presentation">{t('account.appearance')}</Menu.Label>
        {schemes.map((scheme) => {
          const SchemeIcon = schemeIcons[scheme];
          return (
            <Menu.Item
              key={scheme}
              closeMenuOnClick={false}
              onClick={() => setColorScheme(scheme)}
              leftSection={<SchemeIcon size={16} />}
              rightSection={colorScheme === scheme ? <IconCheck size={16} /> : undefined}
            >
              {t(`scheme.${scheme}`)}
              {colorScheme === scheme && <span className="reader-only"> ({t('account.chosen')})</span>}
            </Menu.Item>
          );
        })}
        <Menu.Divider />
        <Menu.Item leftSection={<IconSignOut size={16} />} onClick={() => void signOut()}>
          {t('account.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
