// Who is told when a project needs somebody: a list, and what was sent lately.
const hour = 3_600_000;
const iso = (time) => new Date(time).toISOString();

export function notificationRoutes(now) {
  const destinations = [
    {
      id: 'nd_1',
      kind: 'email',
      name: '',
      addresses: ['ines@example.com', 'tomas@example.com'],
      url: '',
      events: ['backup_failed', 'backup_late', 'copy_damaged', 'recovered', 'restore_failed'],
      enabled: true,
      created_at: iso(now - 900 * hour),
      created_by: 'ines',
    },
    {
      id: 'nd_2',
      kind: 'webhook',
      name: 'On-call',
      addresses: [],
      url: 'https://hooks.example.com/skyhold',
      events: ['backup_late', 'recovered'],
      enabled: false,
      created_at: iso(now - 400 * hour),
      created_by: 'marc',
    },
  ];
  const delivery = (id, more) => ({
    id,
    destination: 'nd_1',
    receiver: 'ines@example.com',
    event: 'backup_failed',
    branch: 'main',
    backup: 'bk_0failed1',
    job: '',
    subject: 'acme: the backup of main failed',
    text: '',
    time: iso(now - 30 * hour),
    state: 'sent',
    attempts: 1,
    sent_at: iso(now - 30 * hour),
    next_try_at: null,
    reason: '',
    ...more,
  });
  const deliveries = [
    delivery('nm_4', {
      event: 'recovered',
      subject: 'acme: backups of main are good again',
      time: iso(now - 29 * hour),
    }),
    delivery('nm_3', {
      receiver: 'tomas@example.com',
      state: 'waiting',
      attempts: 3,
      sent_at: null,
      next_try_at: iso(now + hour / 10),
      reason: 'the mail server mail.example.com:587 refused: 451 4.7.1 greylisted, come back later',
    }),
    delivery('nm_2', {}),
    delivery('nm_1', {
      destination: 'nd_2',
      receiver: '',
      event: 'backup_late',
      subject: 'acme: at risk, no recent backup',
      time: iso(now - 80 * hour),
      state: 'failed',
      attempts: 30,
      sent_at: null,
      reason: 'it answered 503: no healthy upstream',
    }),
  ];
  // One project has none yet, and its platform no mail server.
  const isEmpty = (name) => name === 'jansen-bikes';
  return [
    [
      'GET',
      /^\/projects\/([^/]+)\/notifications$/,
      ({ params: [name] }) => ({
        items: isEmpty(name) ? [] : destinations,
        mail_configured: !isEmpty(name),
        private_addresses_allowed: false,
      }),
    ],
    [
      'POST',
      /^\/projects\/([^/]+)\/notifications$/,
      ({ body }) => {
        const fresh = {
          id: `nd_${destinations.length + 1}`,
          name: '',
          addresses: [],
          url: '',
          enabled: true,
          created_at: iso(now),
          created_by: 'ines',
          ...body,
        };
        destinations.push(fresh);
        const secret = 'whsec_Zk3v9x1m2q8rz7t5w4n6pAbCdEfGhIjKlMnOpQrStU';
        return [201, { destination: fresh, ...(fresh.kind === 'webhook' ? { secret } : {}) }];
      },
    ],
    [
      'PATCH',
      /^\/projects\/([^/]+)\/notifications\/([^/]+)$/,
      ({ params: [, id], body }) =>
        Object.assign(
          destinations.find((each) => each.id === id),
          body,
        ),
    ],
    [
      'POST',
      /^\/projects\/([^/]+)\/notifications\/([^/]+)\/test$/,
      () => ({
        items: [
          { receiver: 'ines@example.com', sent: true, answer: '250 2.0.0 Ok: queued as 4F2A91' },
          {
            receiver: 'tomas@example.com',
            sent: false,
            answer: 'the mail server mail.example.com:587 refused: 550 5.1.1 no such user',
          },
        ],
      }),
    ],
    [
      'GET',
      /^\/projects\/([^/]+)\/notification-deliveries$/,
      ({ params: [name] }) => ({ items: isEmpty(name) ? [] : deliveries }),
    ],
  ];
}
