import { Button } from '@mantine/core';
import type { ButtonProps } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Job } from '@/api/types';
import { useTranslate } from '@/i18n/locale';
import { toast, toastProblem } from '@/ui/toast';

interface Props {
  job: Job;
  label: string;
  size?: ButtonProps['size'];
}

// Asks a job to stop; until it has, the button says that it is stopping.
export function CancelJob({ job, label, size }: Props) {
  const t = useTranslate();
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => take(api.POST('/jobs/{id}/cancel', { params: { path: { id: job.id } } })),
    onSuccess: (cancelled) => {
      client.setQueryData(keys.job(job.id), cancelled);
      toast(t('job.cancelAsked'));
    },
    onError: toastProblem,
  });
  return (
    <Button
      size={size}
      variant="default"
      loading={cancel.isPending}
      disabled={job.cancel_requested}
      onClick={() => cancel.mutate()}
    >
      {job.cancel_requested ? t('job.cancelling') : label}
    </Button>
  );
}
