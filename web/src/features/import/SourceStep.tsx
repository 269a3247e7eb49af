import { TextInput } from '@mantine/core';
import { useSession } from '@/api/session';
import type { Project } from '@/api/types';
import { mayOperate } from '@/features/project/useProject';
import { Step } from '@/features/restore/Step';
import { useTranslate } from '@/i18n/locale';
import { Choice, Choices } from '@/ui/Choice';
import { BackupSource } from './BackupSource';
import type { ImportDraft, SourceKind } from './draft';
import { FileSource } from './FileSource';
import classes from './Import.module.css';
import type { ProjectUpload } from './useProjectUpload';

interface Props {
  project: Project;
  draft: ImportDraft;
  onChange: (changes: Partial<ImportDraft>) => void;
  upload: ProjectUpload;
}

export function SourceStep({ project, draft, onChange, upload }: Props) {
  const t = useTranslate();
  const { account, memberships } = useSession();
  const operator = mayOperate(project);
  const adminElsewhere =
    account.operator ||
    memberships.some((member) => member.role === 'admin' && member.project !== project.name);
  const kinds: SourceKind[] = [
    'file',
    ...(adminElsewhere ? (['backup'] as const) : []),
    ...(operator ? (['path', 'url'] as const) : []),
  ];
  return (
    <Step number={1} title={t('imports.where')}>
      <div className={classes.fields}>
        {kinds.length > 1 && (
          <Choices legend={t('imports.where')}>
            {kinds.map((kind) => (
              <Choice
                key={kind}
                name="source"
                checked={draft.kind === kind}
                onChoose={() => onChange({ kind })}
                title={t(`source.${kind}`)}
                text={t(`source.${kind}What`)}
              />
            ))}
          </Choices>
        )}
        {draft.kind === 'file' && <FileSource upload={upload} />}
        {draft.kind === 'backup' && (
          <BackupSource
            target={project.name}
            project={draft.project}
            backup={draft.backup}
            onChange={(from, backup) => onChange({ project: from, backup })}
          />
        )}
        {draft.kind === 'path' && (
          <TextInput
            label={t('source.pathLabel')}
            description={t('source.pathHint')}
            placeholder="/srv/import/acme.zip"
            autoCapitalize="none"
            spellCheck={false}
            value={draft.path}
            onChange={(event) => onChange({ path: event.currentTarget.value })}
          />
        )}
        {draft.kind === 'url' && (
          <TextInput
            label={t('source.urlLabel')}
            description={t('source.urlHint')}
            placeholder="s3://bucket/acme.zip"
            autoCapitalize="none"
            spellCheck={false}
            value={draft.url}
            onChange={(event) => onChange({ url: event.currentTarget.value })}
          />
        )}
      </div>
    </Step>
  );
}
