import { Navigate } from 'react-router-dom';
import { useSession } from '@/api/session';

// Who has one project lands in it.
export function FirstPage() {
  const { account, memberships } = useSession();
  const only = memberships.length === 1 && !account.operator ? memberships[0] : undefined;
  return <Navigate to={only ? `/projects/${only.project}` : '/projects'} replace />;
}
