import { Button, Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, take } from '@/api/client';
import { keys } from '@/api/keys';
import { useSession } from '@/api/session';
import type { Member, MemberRole } from '@/api/types';
import { useProject, useProjectRefresh } from '@/features/project/useProject';
import { useTranslate } from '@/i18n/locale';
import { DataTable } from '@/ui/DataTable';
import { Dialog } from '@/ui/Dialog';
import { Empty } from '@/ui/Empty';
import { Loaded } from '@/ui/Loading';
import { Page, Section } from '@/ui/Page';
import { Time } from '@/ui/Time';
import { IconPlus, IconUsers } from '@/ui/icons';
import { toast, toastProblem } from '@/ui/toast';
import { InviteForm } from './InviteForm';

export function MembersPage() {
  const t = useTranslate();
  const project = useProject();
  const { account } = useSession();
  const refresh = useProjectRefresh(project.name);
  const [inviting, setInviting] = useState(false);
  const path = { project: project.name };
  const members = useQuery({
    queryKey: keys.of(project.name, 'members'),
    queryFn: async ({ signal }) =>
      (await take(api.GET('/projects/{project}/members', { params: { path }, signal }))).items,
  });
  const change = useMutation({
    mutationFn: ({ name, role }: { name: string; role: MemberRole }) =>
      take(api.POST('/projects/{project}/members', { params: { path }, body: { name, role } })),
    onSuccess: () => refresh(),
    onError: toastProblem,
  });
  const remove = useMutation({
    mutationFn: (member: Member) =>
      done(
        api.DELETE('/projects/{project}/members/{id}', {
          params: { path: { ...path, id: member.account_id } },
        }),
      ),
    onSuccess: (_, member) => {
      toast(t('members.removed', { name: member.display_name || member.name }));
      return refresh();
    },
    onError: toastProblem,
  });
  const invite = (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setInviting(true)}>
      {t('members.invite')}
    </Button>
  );
  return (
    <Page title={t('tab.members')} lead={t('members.lead')} level={2} actions={invite}>
      <Section flush>
        <Loaded query={members}>
          {(items) =>
            items.length === 0 ? (
              <Empty icon={IconUsers} title={t('members.empty')}>
                {t('members.emptyWhy')}
              </Empty>
            ) : (
              <DataTable<Member>
                label={t('tab.members')}
                rows={items}
                rowKey={(member) => member.account_id}
                columns={[
                  {
                    id: 'name',
                    header: t('members.name'),
                    card: 'title',
                    cell: (member) => (
                      <>
                        <strong>{member.display_name || member.name}</strong>
                        <div className="dimmed small">{member.name}</div>
                      </>
                    ),
                  },
                  {
                    id: 'role',
                    header: t('members.role'),
                    cell: (member) => (
                      <Select
                        aria-label={t('members.roleOf', { name: member.name })}
                        size="sm"
                        w={150}
                        data={(['user', 'admin'] as const).map((value) => ({
                          value,
                          label: t(`role.${value}`),
                        }))}
                        value={member.role}
                        disabled={member.account_id === account.id && !account.operator}
                        onChange={(role) =>
                          change.mutate({ name: member.name, role: role === 'admin' ? 'admin' : 'user' })
                        }
                      />
                    ),
                  },
                  {
                    id: 'since',
                    header: t('members.since'),
                    cell: (member) => <Time at={member.since} style="date" />,
                  },
                  {
                    id: 'remove',
                    header: '',
                    align: 'end',
                    card: 'wide',
                    cell: (member) =>
                      member.account_id !== account.id && (
                        <Button
                          variant="default"
                          size="xs"
                          aria-label={t('members.removeNamed', { name: member.name })}
                          loading={remove.isPending && remove.variables === member}
                          onClick={() => remove.mutate(member)}
                        >
                          {t('members.remove')}
                        </Button>
                      ),
                  },
                ]}
              />
            )
          }
        </Loaded>
      </Section>
      <Dialog opened={inviting} onClose={() => setInviting(false)} title={t('members.invite')}>
        <InviteForm project={project.name} onDone={() => setInviting(false)} />
      </Dialog>
    </Page>
  );
}
