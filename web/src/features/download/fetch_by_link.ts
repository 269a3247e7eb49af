import type { Download } from '@/api/types';

// The browser fetches it, straight to disk; the page stays.
export function fetchByLink({ url, file_name }: Pick<Download, 'url' | 'file_name'>): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = file_name;
  document.body.append(link);
  link.click();
  link.remove();
}
