import { Button, Group, NumberInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api, take } from '@/api/client';
import { useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { ProblemNotice } from '@/ui/Notice';
import { toast } from '@/ui/toast';
import { ChangePreview } from './ChangePreview';
import classes from './Retention.module.css';
import { dayRules, defaultRules, sameRules, tierRules } from './rules';
import type { FullRules, RuleName } from './rules';

// Other rules are shown at work before they are saved.
export function RulesForm({ project, rules }: { project: string; rules: FullRules }) {
  const t = useTranslate();
  const refresh = useProjectRefresh(project);
  const form = useForm<FullRules>({ initialValues: rules });
  const path = { project };
  const preview = useMutation({
    mutationFn: (body: FullRules) =>
      take(api.POST('/projects/{project}/retention/preview', { params: { path }, body })),
  });
  const save = useMutation({
    mutationFn: (body: FullRules) =>
      take(api.PUT('/projects/{project}/retention', { params: { path }, body })),
    onSuccess: () => {
      preview.reset();
      toast(t('retention.saved'));
      void refresh();
    },
  });
  const changed = !sameRules(rules, form.values);
  const field = (name: RuleName, least: number) => {
    const { onChange, ...input } = form.getInputProps(name) as { onChange: (value: unknown) => void };
    return (
      <NumberInput
        key={name}
        label={t(`rule.${name}`)}
        min={least}
        max={name.endsWith('_days') ? 3660 : 1000}
        allowDecimal={false}
        clampBehavior="strict"
        {...input}
        onChange={(value) => {
          preview.reset();
          onChange(typeof value === 'number' ? value : least);
        }}
      />
    );
  };
  return (
    <form onSubmit={form.onSubmit((values) => preview.mutate(values))}>
      <h3 className={classes.sub}>{t('retention.automatic')}</h3>
      <p className="dimmed small">{t('retention.automaticWhat')}</p>
      <div className={classes.fields}>
        {tierRules.map((name) => field(name, name === 'keep_daily' ? 1 : 0))}
      </div>
      <h3 className={classes.sub}>{t('retention.others')}</h3>
      <p className="dimmed small">{t('retention.othersWhat')}</p>
      <div className={classes.fields}>{dayRules.map((name) => field(name, 0))}</div>
      {preview.error && <ProblemNotice error={preview.error} />}
      {save.error && <ProblemNotice error={save.error} />}
      {preview.data && changed && (
        <ChangePreview project={project} preview={preview.data} from={rules} to={form.values} />
      )}
      <Group mt="lg">
        {preview.data && changed ? (
          <Button
            color={preview.data.deleted.length > 0 ? 'red' : undefined}
            loading={save.isPending}
            onClick={() => save.mutate(form.values)}
          >
            {preview.data.deleted.length > 0
              ? t('retention.saveDeleting', { count: preview.data.deleted.length })
              : t('retention.save')}
          </Button>
        ) : (
          <Button type="submit" disabled={!changed} loading={preview.isPending}>
            {t('retention.preview')}
          </Button>
        )}
        {changed && (
          <Button
            variant="default"
            onClick={() => {
              preview.reset();
              form.setValues(rules);
            }}
          >
            {t('retention.discard')}
          </Button>
        )}
        {!changed && !sameRules(rules, defaultRules) && (
          <Button variant="subtle" onClick={() => form.setValues(defaultRules)}>
            {t('retention.defaults')}
          </Button>
        )}
      </Group>
    </form>
  );
}
