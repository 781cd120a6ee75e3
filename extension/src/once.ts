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

/** Leave a note to run the notebook at this path. */
export function leave(path: string, sources: string[]): void {
  const note: INote = { sources, until: Date.now() + HOLDS_MS };
  window.localStorage.setItem(PREFIX + path, JSON.stringify(note));
}

/** Take the note of this path away, and say whether it asks for cells of these very sources. */
export function take(path: string, sources: () => string[]): boolean {
  const text = window.localStorage.getItem(PREFIX + path);
  window.localStorage.removeItem(PREFIX + path);
  if (text === null) {
    return false;
  }
  try {
    const note = JSON.parse(text) as INote;
    return Date.now() < note.until && JSON.stringify(note.sources) === JSON.stringify(sources());
  } catch {
    return false;
  }
}
