// Who signs in, and the routes of accounts, sessions, tokens and members.
import { page } from './answers.mjs';
import * as data from './fixtures.mjs';

const { iso, now, day, hour } = data;
export const people = {
  operator: {
    ...data.account('marc', { display_name: 'Marc Peeters', operator: true, has_totp: true }),
    role: 'operator',
  },
  admin: { ...data.account('ines', { display_name: 'Inès Laurent' }), role: 'admin' },
  user: { ...data.account('tomas', { display_name: 'Tomáš Novák' }), role: 'user' },
  fresh: { ...data.account('lea', { display_name: 'Léa Dubois', must_change_password: true }), role: 'user' },
};

const session = ({ as }) => {
  const { role, ...account } = people[as];
  return {
    account,
    csrf_token: 'fixture',
    needs_totp: false,
    memberships: role === 'operator' ? [] : [{ project: 'acme', role }],
  };
};

export const peopleRoutes = [
  [
    'GET',
    /^\/me$/,
    ({ state }) =>
      state.as === 'nobody'
        ? [401, { type: 'about:blank', title: 'Nobody is signed in.', status: 401, code: 'unauthenticated' }]
        : session(state),
  ],
  ['PATCH', /^\/me$/, ({ state }) => session(state)],
  [
    'POST',
    /^\/session$/,
    ({ state, body }) => {
      if (!(body.name in { operator: 1, admin: 1, user: 1, fresh: 1, totp: 1 })) {
        return [
          403,
          {
            type: 'about:blank',
            title: 'The name or the password is wrong.',
            status: 403,
            code: 'permission_denied',
            hint: 'After five tries each further one has to wait.',
          },
        ];
      }
      if (body.name === 'totp') return { ...session({ as: 'admin' }), needs_totp: true };
      state.as = body.name;
      return session(state);
    },
  ],
  [
    'POST',
    /^\/session\/totp$/,
    ({ state }) => {
      state.as = 'admin';
      return session(state);
    },
  ],
  [
    'DELETE',
    /^\/session$/,
    ({ state }) => {
      state.as = 'nobody';
      return [204];
    },
  ],
  [
    'PUT',
    /^\/me\/password$/,
    ({ state }) => {
      people[state.as].must_change_password = false;
      return [204];
    },
  ],
  [
    'POST',
    /^\/me\/totp$/,
    () => ({
      secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/Skyhold:ines?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Skyhold',
    }),
  ],
  ['PUT', /^\/me\/totp$/, () => ({ recovery_codes: ['k4t2-9fqm', 'p7xw-3hdn', 'c8vb-5jrs', 'm2ze-6lgy'] })],
  [
    'GET',
    /^\/me\/sessions$/,
    () => ({
      items: [
        {
          id: 's1',
          address: '192.0.2.14',
          user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
          created_at: iso(now - 2 * hour),
          last_seen_at: iso(now),
          current: true,
        },
        {
          id: 's2',
          address: '198.51.100.7',
          user_agent:
            'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1',
          created_at: iso(now - 20 * hour),
          last_seen_at: iso(now - 5 * hour),
          current: false,
        },
      ],
    }),
  ],
  ['DELETE', /^\/me\/sessions\/(.+)$/, () => [204]],
  [
    'GET',
    /^\/me\/tokens$/,
    () => ({
      items: [
        {
          id: 't1',
          name: 'deployment',
          role: 'admin',
          project: 'acme',
          created_at: iso(now - 30 * day),
          expires_at: iso(now + 60 * day),
          last_used_at: iso(now - 8 * hour),
        },
      ],
    }),
  ],
  [
    'POST',
    /^\/me\/tokens$/,
    ({ body }) => [
      201,
      {
        token: { id: 't2', project: '', created_at: iso(now), ...body },
        secret: 'skh_3f9a1c7e5b2d4f6a8c0e1b3d5f7a9c2e',
      },
    ],
  ],
  ['GET', /^\/projects\/([^/]+)\/members$/, () => ({ items: data.members })],
  [
    'POST',
    /^\/projects\/([^/]+)\/members$/,
    ({ body }) => [
      201,
      {
        member: { account_id: 'ac_new', since: iso(now), display_name: '', ...body },
        one_time_password: 'tulip-anchor-violet-93',
      },
    ],
  ],
  [
    'GET',
    /^\/accounts$/,
    ({ query }) =>
      page(
        [
          people.operator,
          people.admin,
          people.user,
          data.account('old.colleague', { enabled: false, last_sign_in_at: null }),
        ]
          .map(({ role: _role, ...account }) => account)
          .filter(({ name }) => name.includes(query.get('search') ?? '')),
        query,
      ),
  ],
  [
    'POST',
    /^\/accounts$/,
    ({ body }) => [
      201,
      { account: data.account(body.name, body), one_time_password: 'maple-river-copper-18' },
    ],
  ],
  ['POST', /^\/accounts\/([^/]+)\/password$/, () => ({ one_time_password: 'maple-river-copper-18' })],
  ['PATCH', /^\/accounts\/([^/]+)$/, ({ body }) => ({ ...people.user, ...body })],
];
