import { EditorState } from '@codemirror/state';

/** The context of the cursor in an experiment file. */
export interface ICursorContext {
  /** The fields around the cursor, outermost first. */
  path: string[];
  /** The field of this line if the cursor is after its colon, else null. */
  field: string | null;
  /** The text to complete. It starts at `from`. */
  typed: string;
  from: number;
}

const KEY = /^(\s*)([A-Za-z_][\w]*)\s*:/;

/** Find the context of a position from the indentation of the lines above it. */
export function cursorContext(state: EditorState, position: number): ICursorContext {
  const line = state.doc.lineAt(position);
  const before = line.text.slice(0, position - line.from);
  const indent = before.length - before.trimStart().length;
  const match = KEY.exec(before);
  const path = parentFields(state, line.number, indent);
  if (match) {
    const value = before.slice(match[0].length);
    const typed = value.trimStart();
    return { path, field: match[2], typed, from: position - typed.length };
  }
  const typed = before.trimStart();
  return { path, field: null, typed, from: position - typed.length };
}

/** Return the fields around a line, outermost first. */
function parentFields(state: EditorState, lineNumber: number, indent: number): string[] {
  const path: string[] = [];
  let limit = indent;
  for (let i = lineNumber - 1; i >= 1 && limit > 0; i--) {
    const match = KEY.exec(state.doc.line(i).text);
    if (match && match[1].length < limit) {
      path.unshift(match[2]);
      limit = match[1].length;
    }
  }
  return path;
}
