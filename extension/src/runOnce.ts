import { PageConfig } from '@jupyterlab/coreutils';

/**
 * A request from one browser tab to another to run a new notebook once.
 *
 * It's an entry in local storage, which only a page of this server can write, so a link can't make
 * one. It holds the notebook's path and cell sources, and expires after a minute. Reading removes it.
 */
const PREFIX = 'automl-magic:run-once:';
const LIFETIME_MS = 60_000;

interface IRunRequest {
  sources: string[];
  until: number;
}

/** The storage key of a path. It has the base URL because servers can share an origin. */
function storageKey(path: string): string {
  return PREFIX + PageConfig.getBaseUrl() + path;
}

/** Store a request to run the notebook at this path. */
export function storeRunRequest(path: string, sources: string[]): void {
  removeExpired();
  const request: IRunRequest = { sources, until: Date.now() + LIFETIME_MS };
  window.localStorage.setItem(storageKey(path), JSON.stringify(request));
}

/** Remove the request for this path, and return whether its cell sources match these. */
export function takeRunRequest(path: string, sources: () => string[]): boolean {
  const request = parseValid(window.localStorage.getItem(storageKey(path)) ?? '');
  window.localStorage.removeItem(storageKey(path));
  return request !== null && JSON.stringify(request.sources) === JSON.stringify(sources());
}

function removeExpired(): void {
  const { localStorage } = window;
  for (const key of Object.keys(localStorage).filter(key => key.startsWith(PREFIX))) {
    if (!parseValid(localStorage.getItem(key) ?? '')) {
      localStorage.removeItem(key);
    }
  }
}

/** Parse a request; null if it's invalid or expired. */
function parseValid(text: string): IRunRequest | null {
  try {
    const request = JSON.parse(text) as IRunRequest;
    return Date.now() < request.until ? request : null;
  } catch {
    return null;
  }
}
