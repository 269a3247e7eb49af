// Method, path and answer of each route that the pages ask; the first that matches answers.
import { backupRoutes } from './backups.mjs';
import { now } from './fixtures.mjs';
import { interchangeRoutes } from './interchange.mjs';
import { notificationRoutes } from './notifications.mjs';
import { peopleRoutes } from './people.mjs';
import { platformRoutes } from './platform.mjs';
import { projectRoutes } from './projects.mjs';

export const routes = [
  ...peopleRoutes,
  ...projectRoutes,
  ...notificationRoutes(now),
  ...backupRoutes,
  ...interchangeRoutes,
  ...platformRoutes,
];
