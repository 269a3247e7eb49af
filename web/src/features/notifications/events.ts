import type { NotificationDelivery, NotificationEvent } from '@/api/types';
import type { MessageKey } from '@/i18n/en';

export const events: NotificationEvent[] = [
  'backup_failed',
  'backup_late',
  'copy_damaged',
  'recovered',
  'restore_failed',
  'restore_finished',
  'import_finished',
];

// What somebody wants to hear of who has not thought about it.
export const usualEvents: NotificationEvent[] = [
  'backup_failed',
  'backup_late',
  'copy_damaged',
  'recovered',
  'restore_failed',
];

// Addresses as people write them: one a line, or with commas between.
export const addressesIn = (text: string): string[] => text.split(/[\s,;]+/).filter((word) => word !== '');

export const eventKey = (event: NotificationEvent): MessageKey => `notifyEvent.${event}`;

export const stateKey = ({ state }: NotificationDelivery): MessageKey => `notifyState.${state}`;
