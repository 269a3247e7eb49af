import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams, useSearchParams } from 'react-router-dom';
import { api, take } from '@/api/client';
import { keys } from '@/api/keys';
import type { Backup } from '@/api/types';
import { isRestorable } from '@/features/backups/words';
import { mayAdminister, useProject } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { Notice } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { CopyStep } from './CopyStep';
import { draftFor, isWhole } from './draft';
import type { DownloadDraft } from './draft';
import { LinkStep } from './LinkStep';
import { LockStep } from './LockStep';
import { WhatStep } from './WhatStep';

// From a backup to a file: what, exact or neutralized, closed for whom, and the link.
export function DownloadPage() {
  const t = useTranslate();
  const { id = '' } = useParams();
  const project = useProject();
  const admin = mayAdminister(project);
  const backup = useQuery({
    queryKey: keys.of(project.name, 'backup', id),
    queryFn: ({ signal }) =>
      take(
        api.GET('/projects/{project}/backups/{id}', {
          params: { path: { project: project.name, id } },
          signal,
        }),
      ),
    enabled: admin,
  });
  if (!admin) return <Notice tone="info" title={t('download.adminsOnly')} />;
  return (
    <Page title={t('download.title')} lead={t('download.lead')} level={2} narrow>
      <Loaded query={backup} rows={6}>
        {(data) => <Steps backup={data} />}
      </Loaded>
    </Page>
  );
}

function Steps({ backup }: { backup: Backup }) {
  const t = useTranslate();
  const [search, setSearch] = useSearchParams();
  const [draft, setDraft] = useState(() => draftFor(search));
  const [neutralize, setNeutralize] = useState(search.has('copy'));
  // The job that makes the neutralized copy is a part of the address, so that a reload finds it again.
  const job = search.get('copy') ?? '';
  const isCopy = search.has('neutralized');
  const change = (changes: Partial<DownloadDraft>) => {
    setDraft((before) => ({ ...before, ...changes }));
    if (changes.format !== undefined) setParameter('format', changes.format);
    if (changes.filestore !== undefined) setParameter('filestore', changes.filestore ? '' : 'no');
  };
  const setParameter = (name: string, value: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );

  if (!isRestorable(backup)) return <Notice tone="warn" title={t('download.notThere')} />;
  const whole = isWhole(draft.format);
  const waits = whole && neutralize && !isCopy;
  return (
    <>
      <WhatStep backup={backup} draft={draft} onChange={change} />
      {whole && (
        <CopyStep
          backup={backup}
          isCopy={isCopy}
          neutralize={neutralize}
          onNeutralize={setNeutralize}
          job={job}
          onJob={(id) => setParameter('copy', id)}
        />
      )}
      {!waits && (
        <>
          <LockStep number={whole ? 3 : 2} draft={draft} onChange={change} />
          <LinkStep number={whole ? 4 : 3} backup={backup} draft={draft} />
        </>
      )}
    </>
  );
}
