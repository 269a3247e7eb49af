import type { Message } from '../message';
import { account } from './account';
import { backup } from './backup';
import { backups } from './backups';
import { common } from './common';
import { files } from './files';
import { fleet } from './fleet';
import { interchange } from './interchange';
import { platform } from './platform';
import { notifications } from './notifications';
import { oidc } from './oidc';
import { project } from './project';
import { restore } from './restore';
import { retention } from './retention';

const messages = {
  ...common,
  ...account,
  ...fleet,
  ...oidc,
  ...notifications,
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
