import { describe, expect, it } from 'vitest';
import { families, familyOf } from './file_families';

describe('the family of a type', () => {
  it.each([
    ['image/svg+xml', 'image'],
    ['application/pdf', 'pdf'],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'document'],
    ['application/vnd.oasis.opendocument.text', 'document'],
    ['application/vnd.oasis.opendocument.spreadsheet', 'sheet'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'sheet'],
    ['text/csv', 'sheet'],
    ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'presentation'],
    ['text/plain', 'text'],
    ['message/rfc822', 'text'],
    ['application/javascript', 'web'],
    ['text/css', 'web'],
    ['application/zip', 'archive'],
    ['application/x-tar', 'archive'],
    ['video/mp4', 'video'],
    ['audio/mpeg', 'audio'],
    ['application/octet-stream', 'other'],
    ['other', 'other'],
    ['unknown', 'unknown'],
  ])('%s is %s', (type, family) => expect(familyOf(type)).toBe(family));
});

it('families are summed, the largest first, the nameless last', () => {
  expect(
    families([
      { type: 'application/pdf', count: 2, bytes: 50 },
      { type: 'image/png', count: 1, bytes: 40 },
      { type: 'image/jpeg', count: 1, bytes: 30 },
      { type: 'unknown', count: 9, bytes: 900 },
      { type: 'other', count: 3, bytes: 1 },
    ]),
  ).toEqual([
    { family: 'image', count: 2, bytes: 70, types: ['image/png', 'image/jpeg'] },
    { family: 'pdf', count: 2, bytes: 50, types: ['application/pdf'] },
    { family: 'unknown', count: 9, bytes: 900, types: [] },
    { family: 'other', count: 3, bytes: 1, types: [] },
  ]);
});
