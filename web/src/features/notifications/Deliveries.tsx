import type { NotificationDelivery, NotificationDestination } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Section } from '@/ui/Page';
import { Status } from '@/ui/Status';
import { Time } from '@/ui/Time';
import { IconCheck, IconClock, IconMail, IconX } from '@/ui/icons';
import { useDestinationName } from './DestinationTable';
import { stateKey } from './events';
import { useDeliveries } from './useNotifications';

const looks = {
  waiting: { tone: 'info', icon: IconClock },
  sent: { tone: 'good', icon: IconCheck },
  failed: { tone: 'bad', icon: IconX },
} as const;

interface Props {
  project: string;
  destinations: NotificationDestination[];
}

// What was sent lately, what waits, and what was given up and why.
export function Deliveries({ project, destinations }: Props) {
  const t = useTranslate();
  const nameOf = useDestinationName();
  const deliveries = useDeliveries(project);
  const receiverOf = ({ receiver, destination }: NotificationDelivery) => {
    if (receiver !== '') return receiver;
    const known = destinations.find(({ id }) => id === destination);
    return known ? nameOf(known) : t('notify.theHook');
  };
  const state = (delivery: NotificationDelivery) => (
    <>
      <Status {...looks[delivery.state]} word={t(stateKey(delivery))} quiet />
      {delivery.state !== 'sent' && delivery.reason !== '' && (
        <div className="dimmed small">{delivery.reason}</div>
      )}
      {delivery.state === 'waiting' && delivery.attempts > 0 && (
        <div className="dimmed small">
          {t('notify.nextTry')} <Time at={delivery.next_try_at} />
        </div>
      )}
    </>
  );
  return (
    <Section title={t('notify.deliveries')} lead={t('notify.deliveriesLead')} flush>
      <Loaded query={deliveries}>
        {(items) =>
          items.length === 0 ? (
            <Empty icon={IconMail} title={t('notify.deliveriesEmpty')}>
              {t('notify.deliveriesEmptyWhy')}
            </Empty>
          ) : (
            <DataTable<NotificationDelivery>
              label={t('notify.deliveries')}
              rows={items}
              rowKey={({ id }) => id}
              columns={[
                {
                  id: 'what',
                  header: t('notify.message'),
                  card: 'title',
                  cell: ({ subject }) => <strong>{subject}</strong>,
                },
                { id: 'to', header: t('notify.to'), cell: receiverOf },
                { id: 'when', header: t('notify.when'), cell: ({ time }) => <Time at={time} /> },
                { id: 'state', header: t('notify.state'), card: 'wide', cell: state },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
