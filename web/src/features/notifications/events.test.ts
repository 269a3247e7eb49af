import { describe, expect, it } from 'vitest';
import { addressesIn, events, usualEvents } from './events';

describe('addresses', () => {
  it('are taken as people write them', () => {
    expect(addressesIn('ada@example.com, bo@example.com;\n cy@example.com\n')).toEqual([
      'ada@example.com',
      'bo@example.com',
      'cy@example.com',
    ]);
    expect(addressesIn('  \n')).toEqual([]);
  });
});

describe('the usual events', () => {
  it('are some of all, and name what needs somebody', () => {
    for (const event of usualEvents) expect(events).toContain(event);
    expect(usualEvents).toContain('backup_late');
    expect(usualEvents).not.toContain('restore_finished');
  });
});
