import type { ImportSource, NewImport, Upload } from '@/api/types';

export type SourceKind = 'file' | 'backup' | 'path' | 'url';

export interface ImportDraft {
  kind: SourceKind;
  project: string;
  backup: string;
  path: string;
  url: string;
  branch: string;
  note: string;
  accept: 'nothing' | 'clean';
}

export const blankDraft: ImportDraft = {
  kind: 'file',
  project: '',
  backup: '',
  path: '',
  url: '',
  branch: '',
  note: '',
  accept: 'nothing',
};

// undefined: something is not chosen yet, or not there yet.
export function sourceOf(draft: ImportDraft, upload: Upload | undefined): ImportSource | undefined {
  const path = draft.path.trim();
  const url = draft.url.trim();
  switch (draft.kind) {
    case 'file':
      return upload?.complete === true ? { upload: upload.id } : undefined;
    case 'backup':
      return draft.backup === '' ? undefined : { backup: { project: draft.project, id: draft.backup } };
    case 'path':
      return path === '' ? undefined : { path };
    case 'url':
      return url === '' ? undefined : { url };
  }
}

export function importBody(
  branch: string,
  source: ImportSource,
  accept: NonNullable<NewImport['accept']>,
  note: string,
): NewImport {
  return { branch, source, accept, ...(note.trim() === '' ? {} : { note: note.trim() }) };
}
