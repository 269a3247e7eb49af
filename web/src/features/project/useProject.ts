import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useOutletContext } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Project } from '@/api/types';

export interface ProjectContext {
  project: Project;
}

export const useProject = (): Project => useOutletContext<ProjectContext>().project;

// What the server allows is decided there; here it only decides what is shown.
export const mayAdminister = (project: Project): boolean => project.role !== 'user';
export const mayOperate = (project: Project): boolean => project.role === 'operator';

// After something changed in a project: all that is shown of it is asked for again.
export function useProjectRefresh(project: string): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    void client.invalidateQueries({ queryKey: keys.fleet });
    await client.invalidateQueries({ queryKey: keys.project(project) });
  }, [client, project]);
}

export function useBranches(project: string, enabled = true) {
  return useQuery({
    queryKey: keys.of(project, 'branches'),
    queryFn: async ({ signal }) => {
      const { items } = await take(
        api.GET('/projects/{project}/branches', { params: { path: { project } }, signal }),
      );
      return items;
    },
    enabled,
  });
}

// One branch by itself, with what only its database server knows.
export function useBranch(project: string, branch: string, enabled = true) {
  return useQuery({
    queryKey: keys.of(project, 'branch', branch),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/branches/{branch}', { params: { path: { project, branch } }, signal }),
      ),
    enabled,
  });
}
