import { PageConfig } from '@jupyterlab/coreutils';

/**
 * A note to run a new notebook once, from one browser tab to another of the same origin.
 *
 * A link cannot leave it: only a script of this very server can write to its local storage. It names
 * the notebook and the sources of its cells, holds for a minute, and whoever reads it takes it away.
 */
const PREFIX = 'automl-magic:run-once:';
const HOLDS_MS = 60_000;

interface INote {
  sources: string[];
  until: number;
}

/** Where the note of a path lies; servers of other people may have the same origin. */
function keyOf(path: string): string {
  return PREFIX + PageConfig.getBaseUrl() + path;
}

/** Leave a note to run the notebook at this path. */
export function leave(path: string, sources: string[]): void {
  sweep();
  const note: INote = { sources, until: Date.now() + HOLDS_MS };
  window.localStorage.setItem(keyOf(path), JSON.stringify(note));
}

/** Take the note of this path away, and say whether it asks for cells of these very sources. */
export function take(path: string, sources: () => string[]): boolean {
  const note = holds(window.localStorage.getItem(keyOf(path)) ?? '');
  window.localStorage.removeItem(keyOf(path));
  return note !== null && JSON.stringify(note.sources) === JSON.stringify(sources());
}

/** Remove notes that nobody has taken in time. */
function sweep(): void {
  const { localStorage } = window;
  for (const key of Object.keys(localStorage).filter(key => key.startsWith(PREFIX))) {
    if (!holds(localStorage.getItem(key) ?? '')) {
      localStorage.removeItem(key);
    }
  }
}

/** The note in a text, if it is one that still holds. */
function holds(text: string): INote | null {
  try {
    const note = JSON.parse(text) as INote;
    return Date.now() < note.until ? note : null;
  } catch {
    return null;
  }
}
