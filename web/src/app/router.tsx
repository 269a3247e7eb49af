import { createBrowserRouter } from 'react-router-dom';
import type { NonIndexRouteObject, RouteObject } from 'react-router-dom';
import { FirstPage } from './FirstPage';
import { RequireSession } from './RequireSession';
import { RouteProblem } from './RouteProblem';
import { Shell } from './Shell';

// Each page is a file of its own that is fetched when it is opened.
function page<Name extends string>(
  path: string,
  load: () => Promise<Record<Name, React.ComponentType>>,
  name: Name,
): NonIndexRouteObject {
  return {
    path,
    errorElement: <RouteProblem />,
    lazy: async () => ({ Component: (await load())[name] }),
  };
}

const projectPages: RouteObject[] = [
  page('', () => import('@/features/backups/BackupsPage'), 'BackupsPage'),
  page('backups/:id', () => import('@/features/backup/BackupPage'), 'BackupPage'),
  page('backups/:id/download', () => import('@/features/download/DownloadPage'), 'DownloadPage'),
  page('import', () => import('@/features/import/ImportPage'), 'ImportPage'),
  page('import/:job', () => import('@/features/import/ImportJobPage'), 'ImportJobPage'),
  page('restore', () => import('@/features/restore/RestorePage'), 'RestorePage'),
  page('restores', () => import('@/features/restores/RestoresPage'), 'RestoresPage'),
  page('jobs/:job', () => import('@/features/restores/JobPage'), 'JobPage'),
  page('retention', () => import('@/features/retention/RetentionPage'), 'RetentionPage'),
  page('storage', () => import('@/features/storage/ProjectStoragePage'), 'ProjectStoragePage'),
  page('schedule', () => import('@/features/schedule/SchedulePage'), 'SchedulePage'),
  page('branches', () => import('@/features/branches/BranchesPage'), 'BranchesPage'),
  page('notifications', () => import('@/features/notifications/NotificationsPage'), 'NotificationsPage'),
  page('members', () => import('@/features/members/MembersPage'), 'MembersPage'),
  page('activity', () => import('@/features/audit/ProjectAuditPage'), 'ProjectAuditPage'),
  page('settings', () => import('@/features/settings/SettingsPage'), 'SettingsPage'),
];

const pages: RouteObject[] = [
  { index: true, element: <FirstPage /> },
  page('projects', () => import('@/features/fleet/FleetPage'), 'FleetPage'),
  page('new-project', () => import('@/features/fleet/NewProjectPage'), 'NewProjectPage'),
  {
    ...page('projects/:project', () => import('@/features/project/ProjectLayout'), 'ProjectLayout'),
    children: projectPages,
  },
  page('platform/stores', () => import('@/features/platform/StoresPage'), 'StoresPage'),
  page('platform/storage', () => import('@/features/storage/PlatformStoragePage'), 'PlatformStoragePage'),
  page('platform/jobs', () => import('@/features/platform/JobsPage'), 'JobsPage'),
  page('platform/workers', () => import('@/features/platform/WorkersPage'), 'WorkersPage'),
  page('platform/accounts', () => import('@/features/accounts/AccountsPage'), 'AccountsPage'),
  page('platform/audit', () => import('@/features/audit/AuditPage'), 'AuditPage'),
  page('profile', () => import('@/features/profile/ProfilePage'), 'ProfilePage'),
  page('*', () => import('./NotFoundPage'), 'NotFoundPage'),
];

export const router = createBrowserRouter(
  [
    {
      errorElement: <RouteProblem />,
      children: [
        page('sign-in', () => import('@/features/sign-in/SignInPage'), 'SignInPage'),
        { element: <RequireSession />, children: [{ element: <Shell />, children: pages }] },
      ],
    },
  ],
  { future: { v7_relativeSplatPath: true } },
);
