import { useSyncExternalStore } from 'react';

// One clock for all relative times on a page, which moves every half minute.
let now = new Date();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = new Date();
    for (const each of listeners) each();
  }, 30_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function current(): Date {
  if (Date.now() - now.getTime() > 30_000) now = new Date();
  return now;
}

export const useNow = (): Date => useSyncExternalStore(subscribe, current);
