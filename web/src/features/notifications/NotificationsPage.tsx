import { Button } from '@mantine/core';
import { useState } from 'react';
import type { NotificationDestination } from '@/api/types';
import { useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Dialog } from '@/ui/Dialog';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import { Page, Section } from '@/ui/Page';
import { IconBell, IconPlus } from '@/ui/icons';
import { Deliveries } from './Deliveries';
import { DestinationForm } from './DestinationForm';
import { DestinationTable } from './DestinationTable';
import { useNotifications } from './useNotifications';

export function NotificationsPage() {
  const t = useTranslate();
  const project = useProject();
  const [editing, setEditing] = useState<NotificationDestination | 'new' | null>(null);
  const query = useNotifications(project.name);
  const close = () => setEditing(null);
  const add = (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setEditing('new')}>
      {t('notify.new')}
    </Button>
  );
  return (
    <Page title={t('tab.notifications')} lead={t('notify.lead')} level={2} actions={add}>
      <Loaded query={query}>
        {({ items, mail_configured, private_addresses_allowed }) => (
          <>
            {!mail_configured && (
              <Notice tone="warn" title={t('notify.noMail')}>
                <p>{t('notify.noMailWhat')}</p>
              </Notice>
            )}
            <Section title={t('notify.destinations')} flush>
              {items.length === 0 ? (
                <Empty icon={IconBell} title={t('notify.empty')}>
                  {t('notify.emptyWhy')}
                </Empty>
              ) : (
                <DestinationTable project={project} destinations={items} onEdit={setEditing} />
              )}
            </Section>
            {items.length > 0 && <Deliveries project={project.name} destinations={items} />}
            <Dialog
              opened={editing !== null}
              onClose={close}
              title={editing === 'new' ? t('notify.new') : t('notify.edit')}
            >
              {editing !== null && (
                <DestinationForm
                  project={project.name}
                  destination={editing}
                  mail={mail_configured}
                  inside={private_addresses_allowed}
                  onDone={close}
                />
              )}
            </Dialog>
          </>
        )}
      </Loaded>
    </Page>
  );
}
