import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { keys } from '@/api/keys';
import type { Upload } from '@/api/types';
import { toastProblem } from '@/ui/toast';
import { newest } from './remembered';
import { begin, discard, findUpload, goOn, lose, runOf, subscribe } from './uploads';
import type { RunView } from './uploads';

export interface ProjectUpload {
  // Under way, or stopped on the way.
  run: RunView | undefined;
  // What the server has of the newest upload that this tab began, when none is under way.
  upload: Upload | undefined;
  loading: boolean;
  problem: Error | null;
  begin: (file: File) => void;
  goOn: () => void;
  discard: () => void;
}

export function useProjectUpload(project: string): ProjectUpload {
  const run = useSyncExternalStore(subscribe, () => runOf(project));
  const known = useSyncExternalStore(subscribe, () => newest(project));
  const query = useQuery({
    queryKey: keys.of(project, 'upload', known ?? ''),
    queryFn: async ({ signal }) => {
      const upload = await findUpload(project, known ?? '', signal);
      if (upload === null) lose(project, known ?? '');
      return upload;
    },
    enabled: known !== undefined && run === undefined,
    staleTime: 0,
    gcTime: 0,
  });
  const idle = run === undefined && known !== undefined;
  return {
    run,
    upload: idle ? (query.data ?? undefined) : undefined,
    loading: idle && query.isPending,
    problem: idle ? query.error : null,
    begin: (file) => begin(project, file),
    goOn: () => goOn(project),
    discard: () => {
      discard(project, run === undefined ? known : undefined).catch(toastProblem);
    },
  };
}
