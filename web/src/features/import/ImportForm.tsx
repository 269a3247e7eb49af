import { Button, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Branch, Project } from '@/api/types';
import { Step } from '@/features/restore/Step';
import { useTranslate } from '@/i18n/locale';
import { Choice, Choices } from '@/ui/Choice';
import { ProblemNotice } from '@/ui/Notice';
import { blankDraft, importBody, sourceOf } from './draft';
import type { ImportDraft } from './draft';
import classes from './Import.module.css';
import { SourceStep } from './SourceStep';
import { useBeginImport } from './useBeginImport';
import { useProjectUpload } from './useProjectUpload';

interface Props {
  project: Project;
  branches: Branch[];
}

// Where it is, what it is meant for, and whether it is looked at first.
export function ImportForm({ project, branches }: Props) {
  const t = useTranslate();
  const upload = useProjectUpload(project.name);
  const [draft, setDraft] = useState<ImportDraft>(() => ({
    ...blankDraft,
    branch: project.production_branch || (branches[0]?.name ?? ''),
  }));
  const change = (changes: Partial<ImportDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const begin = useBeginImport(project.name);
  const source = sourceOf(draft, upload.upload);
  const missing =
    source !== undefined
      ? undefined
      : draft.kind === 'file' && (upload.run !== undefined || upload.upload !== undefined)
        ? t('imports.uploadFirst')
        : t('imports.chooseFirst');
  return (
    <form
      className={classes.form}
      aria-label={t('imports.title')}
      onSubmit={(event) => {
        event.preventDefault();
        if (source) begin.mutate(importBody(draft.branch, source, draft.accept, draft.note));
      }}
    >
      <SourceStep project={project} draft={draft} onChange={change} upload={upload} />
      <Step number={2} title={t('imports.target')}>
        <div className={classes.fields}>
          <Select
            label={t('imports.branch')}
            description={t('imports.branchHint')}
            data={branches.map(({ name, type }) => ({
              value: name,
              label: `${name} (${t(`branchType.${type}`)})`,
            }))}
            value={draft.branch}
            onChange={(branch) => change({ branch: branch ?? '' })}
          />
          <Textarea
            label={t('imports.note')}
            description={t('imports.noteHint')}
            autosize
            minRows={1}
            maxLength={1000}
            value={draft.note}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
        </div>
      </Step>
      <Step number={3} title={t('imports.how')}>
        <Choices legend={t('imports.how')}>
          {(['nothing', 'clean'] as const).map((accept) => (
            <Choice
              key={accept}
              name="accept"
              checked={draft.accept === accept}
              onChoose={() => change({ accept })}
              title={t(`imports.accept.${accept}`)}
              text={t(`imports.accept.${accept}What`)}
            />
          ))}
        </Choices>
        <div className={classes.fields}>
          {begin.error && <ProblemNotice error={begin.error} />}
          {missing !== undefined && <p className="dimmed">{missing}</p>}
          <div>
            <Button type="submit" disabled={source === undefined} loading={begin.isPending}>
              {draft.accept === 'clean' ? t('imports.submitClean') : t('imports.submitNothing')}
            </Button>
          </div>
        </div>
      </Step>
    </form>
  );
}
