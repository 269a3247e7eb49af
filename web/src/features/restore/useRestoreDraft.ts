import { useCallback, useState } from 'react';
import type { NewRestore } from '@/api/types';

export interface RestoreDraft {
  target: 'existing' | 'new';
  branch: string;
  newName: string;
  newType: 'staging' | 'development';
  databaseUrl: string;
  filestore: string;
  mode: 'exact' | 'neutralized';
  safetyBackup: boolean;
}

const blank: RestoreDraft = {
  target: 'existing',
  branch: '',
  newName: '',
  newType: 'staging',
  databaseUrl: '',
  filestore: '',
  mode: 'neutralized',
  safetyBackup: true,
};

export function useRestoreDraft(): [RestoreDraft, (changes: Partial<RestoreDraft>) => void] {
  const [draft, setDraft] = useState(blank);
  const change = useCallback((changes: Partial<RestoreDraft>) => {
    setDraft((before) => ({ ...before, ...changes }));
  }, []);
  return [draft, change];
}

// What is asked of the server, for the preview and for the restore itself.
export function restoreRequest(backup: string, draft: RestoreDraft): NewRestore {
  const shared = { backup, mode: draft.mode, safety_backup: draft.safetyBackup };
  if (draft.target === 'existing') return { ...shared, branch: draft.branch };
  return {
    ...shared,
    new_branch: {
      name: draft.newName,
      type: draft.newType,
      ...(draft.databaseUrl === '' ? {} : { database_url: draft.databaseUrl }),
      ...(draft.filestore === '' ? {} : { filestore: draft.filestore }),
    },
  };
}
