import { useMutation } from '@tanstack/react-query';
import { useNavigate } from 'react-router-dom';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import type { NewImport } from '@/api/types';
import { useProjectRefresh } from '@/features/project/useProject';

// Begins an import, and goes to where its report will be.
export function useBeginImport(project: string) {
  const navigate = useNavigate();
  const refresh = useProjectRefresh(project);
  const { keyFor, renew } = useIdempotencyKey();
  return useMutation({
    mutationFn: (body: NewImport) =>
      take(
        api.POST('/projects/{project}/imports', {
          params: { path: { project }, header: { 'Idempotency-Key': keyFor(body) } },
          body,
        }),
      ),
    onSuccess: (job) => {
      renew();
      void refresh();
      navigate(`/projects/${project}/import/${job.id}`);
    },
  });
}
