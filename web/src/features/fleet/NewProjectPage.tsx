import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router-dom';
import { api, take } from '@/api/client';
import { useIdempotencyKey } from '@/api/idempotency';
import { keys } from '@/api/keys';
import { useTranslate } from '@/i18n/locale';
import { Loaded } from '@/ui/Loading';
import { ProblemNotice } from '@/ui/Notice';
import { Page, Section } from '@/ui/Page';
import { toast } from '@/ui/toast';
import { slugOf } from './slug';

export function NewProjectPage() {
  const t = useTranslate();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { keyFor } = useIdempotencyKey();
  const regions = useQuery({
    queryKey: keys.platform('regions'),
    queryFn: ({ signal }) => take(api.GET('/regions', { signal })),
  });
  const form = useForm({
    initialValues: { title: '', name: '', region: '' },
    validate: {
      name: (name) => (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name) ? null : t('newProject.nameRule')),
    },
  });
  const create = useMutation({
    mutationFn: ({ name, title, region }: typeof form.values) => {
      const body = { name, title: title.trim(), ...(region === '' ? {} : { region }) };
      return take(api.POST('/projects', { params: { header: { 'Idempotency-Key': keyFor(body) } }, body }));
    },
    onSuccess: (project) => {
      void client.invalidateQueries({ queryKey: keys.fleet });
      toast(t('newProject.made', { name: project.name }));
      navigate(`/projects/${project.name}/branches?new=production`);
    },
  });
  return (
    <Page title={t('newProject.title')} lead={t('newProject.lead')} narrow>
      <Section>
        <Loaded query={regions}>
          {({ items }) => (
            <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
              <Stack>
                {create.error && <ProblemNotice error={create.error} />}
                <TextInput
                  label={t('newProject.projectTitle')}
                  description={t('newProject.titleHint')}
                  {...form.getInputProps('title')}
                  onChange={(event) => {
                    const title = event.currentTarget.value;
                    if (form.values.name === slugOf(form.values.title))
                      form.setFieldValue('name', slugOf(title));
                    form.setFieldValue('title', title);
                  }}
                />
                <TextInput
                  label={t('newProject.name')}
                  description={t('newProject.nameHint')}
                  autoCapitalize="none"
                  spellCheck={false}
                  {...form.getInputProps('name')}
                />
                {items.length > 1 && (
                  <Select
                    label={t('newProject.region')}
                    description={t('newProject.regionHint')}
                    data={items.map(({ name, stores }) => ({
                      value: name,
                      label: `${name} (${stores.join(', ')})`,
                    }))}
                    required
                    withAsterisk={false}
                    {...form.getInputProps('region')}
                  />
                )}
                <div>
                  <Button type="submit" loading={create.isPending}>
                    {t('newProject.create')}
                  </Button>
                </div>
              </Stack>
            </form>
          )}
        </Loaded>
      </Section>
    </Page>
  );
}
