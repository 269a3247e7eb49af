import { notifications } from '@mantine/notifications';
import { asProblem } from '@/api/problem';

export function toast(message: string): void {
  notifications.show({ message, color: 'sky', autoClose: 5000 });
}

export function toastProblem(error: unknown): void {
  const problem = asProblem(error);
  notifications.show({ title: problem.message, message: problem.hint, color: 'red', autoClose: 12_000 });
}
