import { useQuery } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';

export const useNotifications = (project: string) =>
  useQuery({
    queryKey: keys.of(project, 'notifications'),
    queryFn: ({ signal }) =>
      take(api.GET('/projects/{project}/notifications', { params: { path: { project } }, signal })),
  });

export const useDeliveries = (project: string) =>
  useQuery({
    queryKey: keys.of(project, 'notification-deliveries'),
    queryFn: async ({ signal }) => {
      const { items } = await take(
        api.GET('/projects/{project}/notification-deliveries', {
          params: { path: { project }, query: { limit: 30 } },
          signal,
        }),
      );
      return items;
    },
    // What waits is sent meanwhile.
    refetchInterval: 30_000,
  });
