import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Branch, Project } from '@/api/types';
import { mayOperate } from '@/features/project/useProject';
import { slugOf } from '@/features/fleet/slug';
import { BranchTypeLabel } from '@/features/status/BranchTypeLabel';
import { useTranslate } from '@/i18n/locale';
import classes from './Restore.module.css';
import { Choice, Choices } from '@/ui/Choice';
import { Step } from './Step';
import type { RestoreDraft } from './useRestoreDraft';

interface Props {
  project: Project;
  branches: Branch[];
  draft: RestoreDraft;
  onChange: (changes: Partial<RestoreDraft>) => void;
}

// Harmless targets first; production last.
const order = { staging: 0, development: 1, production: 2 };

export function TargetStep({ project, branches, draft, onChange }: Props) {
  const t = useTranslate();
  const sorted = [...branches].sort((a, b) => order[a.type] - order[b.type] || a.name.localeCompare(b.name));
  return (
    <Step number={2} title={t('restore.where')}>
      <Choices legend={t('restore.where')}>
        {sorted.map((branch) => (
          <Choice
            key={branch.name}
            name="target"
            checked={draft.target === 'existing' && draft.branch === branch.name}
            onChoose={() =>
              onChange({
                target: 'existing',
                branch: branch.name,
                mode: branch.type === 'production' ? 'exact' : 'neutralized',
              })
            }
            title={branch.name}
            text={branch.type === 'production' ? t('restore.productionWhat') : t('restore.existingWhat')}
            tag={<BranchTypeLabel type={branch.type} />}
          />
        ))}
        <Choice
          name="target"
          checked={draft.target === 'new'}
          onChoose={() => onChange({ target: 'new', branch: '', mode: 'neutralized' })}
          title={t('restore.newBranch')}
          text={t('restore.newBranchWhat')}
        />
      </Choices>
      {draft.target === 'new' && (
        <NewBranchFields operator={mayOperate(project)} taken={branches} draft={draft} onChange={onChange} />
      )}
    </Step>
  );
}

interface FieldsProps {
  operator: boolean;
  taken: Branch[];
  draft: RestoreDraft;
  onChange: (changes: Partial<RestoreDraft>) => void;
}

function NewBranchFields({ operator, taken, draft, onChange }: FieldsProps) {
  const t = useTranslate();
  const [name, setName] = useState(draft.newName);
  const valid = name !== '' && slugOf(name) === name && !taken.some((branch) => branch.name === name);
  const problem = taken.some((branch) => branch.name === name)
    ? t('restore.nameTaken')
    : name !== '' && !valid
      ? t('newProject.nameRule')
      : undefined;
  return (
    <div className={classes.fields}>
      <TextInput
        label={t('restore.newName')}
        placeholder="staging-2"
        autoCapitalize="none"
        spellCheck={false}
        value={name}
        error={problem}
        onChange={(event) => setName(event.currentTarget.value)}
        // What will happen is asked of the server when the name is there, not with each letter.
        onBlur={() => onChange({ newName: valid ? name : '' })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onChange({ newName: valid ? name : '' });
        }}
      />
      <Select
        label={t('restore.newType')}
        data={(['staging', 'development'] as const).map((value) => ({
          value,
          label: t(`branchType.${value}`),
        }))}
        value={draft.newType}
        onChange={(value) => onChange({ newType: value === 'development' ? 'development' : 'staging' })}
      />
      {operator && (
        <details className={classes.wide}>
          <summary className="dimmed small">{t('restore.elsewhere')}</summary>
          <div className={classes.fields}>
            <TextInput
              label={t('branches.databaseUrl')}
              placeholder="postgresql://odoo@db/acme_staging"
              value={draft.databaseUrl}
              onChange={(event) => onChange({ databaseUrl: event.currentTarget.value })}
            />
            <TextInput
              label={t('branches.filestore')}
              value={draft.filestore}
              onChange={(event) => onChange({ filestore: event.currentTarget.value })}
            />
          </div>
        </details>
      )}
    </div>
  );
}
