// Which uploads this tab began, so that after a reload the same file goes on where it was. Nothing of the
// file itself is kept.
export interface Remembered {
  id: string;
  name: string;
  size: number;
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
const keyOf = (project: string): string => `skyhold-uploads:${project}`;

function isRemembered(value: unknown): value is Remembered {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'name' in value &&
    typeof value.name === 'string' &&
    'size' in value &&
    typeof value.size === 'number'
  );
}

// Newest last.
function all(project: string, store: Store): Remembered[] {
  try {
    const list: unknown = JSON.parse(store.getItem(keyOf(project)) ?? '[]');
    return Array.isArray(list) ? list.filter(isRemembered) : [];
  } catch {
    // Not ours: it is written anew with the next upload.
    return [];
  }
}

function keep(project: string, list: Remembered[], store: Store): void {
  if (list.length === 0) store.removeItem(keyOf(project));
  else store.setItem(keyOf(project), JSON.stringify(list));
}

export function remember(project: string, upload: Remembered, store: Store = sessionStorage): void {
  const others = all(project, store).filter(({ id }) => id !== upload.id);
  keep(project, [...others, { id: upload.id, name: upload.name, size: upload.size }], store);
}

export function forget(project: string, id: string, store: Store = sessionStorage): void {
  keep(
    project,
    all(project, store).filter((each) => each.id !== id),
    store,
  );
}

// The upload of a file of that name and size.
export function recall(
  project: string,
  file: { name: string; size: number },
  store: Store = sessionStorage,
): string | undefined {
  return all(project, store).findLast(({ name, size }) => name === file.name && size === file.size)?.id;
}

export function newest(project: string, store: Store = sessionStorage): string | undefined {
  return all(project, store).at(-1)?.id;
}
