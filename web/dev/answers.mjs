// What answers of many routes are made of.
export const page = (items, query, size = 50) => {
  const limit = Number(query.get('limit') ?? size);
  const start = Number(query.get('after') ?? 0);
  return {
    items: items.slice(start, start + limit),
    next: start + limit < items.length ? String(start + limit) : '',
  };
};
export const missing = (what) => [
  404,
  {
    type: 'about:blank',
    title: `There is no ${what}.`,
    status: 404,
    code: 'not_found',
    hint: 'It may have been deleted.',
    request_id: 'rq_01j9',
  },
];
export const reference = ({ id, kind, state, branch }) => ({ id, kind, state, branch });
