import type { Message } from '../message';
import { account } from './account';
import { backup } from './backup';
import { backups } from './backups';
import { common } from './common';
import { files } from './files';
import { fleet } from './fleet';
import { interchange } from './interchange';
import { notifications } from './notifications';
import { oidc } from './oidc';
import { platform } from './platform';
import { project } from './project';
import { restore } from './restore';
import { retention } from './retention';

const messages = {
  ...common,
  ...account,
  ...oidc,
  ...notifications,
  ...fleet,
  ...backups,
  ...backup,
  ...restore,
  ...interchange,
  ...files,
  ...retention,
  ...project,
  ...platform,
};

export type MessageKey = keyof typeof messages;
export const en: Record<MessageKey, Message> = messages;
