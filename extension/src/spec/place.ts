import { EditorState } from '@codemirror/state';

/** A place in an experiment file: the fields around it, and what was typed on its line before it. */
export interface IPlace {
  path: string[];
  /** The field of this line, where the cursor stands behind its colon; null before. */
  field: string | null;
  typed: string;
  from: number;
}

const KEY = /^(\s*)([A-Za-z_][\w]*)\s*:/;

/** Find out where in the file a position is, from the indentation of the lines above it. */
export function placeAt(state: EditorState, position: number): IPlace {
  const line = state.doc.lineAt(position);
  const before = line.text.slice(0, position - line.from);
  const indent = before.length - before.trimStart().length;
  const named = KEY.exec(before);
  const path = parents(state, line.number, indent);
  if (named) {
    const value = before.slice(named[0].length);
    const typed = value.trimStart();
    return { path, field: named[2], typed, from: position - typed.length };
  }
  const typed = before.trimStart();
  return { path, field: null, typed, from: position - typed.length };
}

/** Return the fields that the line's block lies in, the outermost first. */
function parents(state: EditorState, number: number, indent: number): string[] {
  const path: string[] = [];
  let limit = indent;
  for (let i = number - 1; i >= 1 && limit > 0; i--) {
    const above = KEY.exec(state.doc.line(i).text);
    if (above && above[1].length < limit) {
      path.unshift(above[2]);
      limit = above[1].length;
    }
  }
  return path;
}
