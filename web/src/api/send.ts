import { changeHeaders, refusal, unreachable } from './client';

// A connection on which nothing moves for so long is taken for broken.
const longestSilence = 60_000;

interface Options {
  signal: AbortSignal;
  // How many of the bytes have gone out.
  onSent: (bytes: number) => void;
}

// Sends bytes by PUT, and gives the answer's body. By XMLHttpRequest, because fetch does not say how much of
// a body has gone out.
export function putBytes(path: string, bytes: Blob, { signal, onSent }: Options): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    let silent = false;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const listen = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => {
        silent = true;
        stop();
      }, longestSilence);
    };
    request.open('PUT', `/api/v1${path}`);
    request.responseType = 'json';
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [name, value] of Object.entries(changeHeaders())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      listen();
      onSent(event.loaded);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response);
      else reject(refusal(request.response, request.status));
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () =>
      reject(silent ? unreachable() : new DOMException('The sending was stopped.', 'AbortError'));
    request.onloadend = () => {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', stop);
    };
    signal.addEventListener('abort', stop);
    listen();
    request.send(bytes);
  });
}
