import { Diagnostic, lintGutter, openLintPanel, setDiagnostics } from '@codemirror/lint';
import { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

import { Api } from '../api';
import { ISpecProblem } from '../records';
import { ISettings } from '../tokens';

const AFTER_TYPING_MS = 500;

/** Marks what is wrong in an experiment file. */
export class Checks {
  constructor(
    private readonly api: Api,
    private readonly settings: ISettings
  ) {}

  /** The editor's part: marks beside the lines, and a check after each pause in typing. */
  extension(): Extension {
    let timer = 0;
    return [
      lintGutter(),
      EditorView.updateListener.of(update => {
        if (update.docChanged && this.settings.now.checkWhileTyping) {
          window.clearTimeout(timer);
          // Where the server does not answer, typing goes on; the button tells why.
          timer = window.setTimeout(() => this.mark(update.view).catch(() => undefined), AFTER_TYPING_MS);
        }
      })
    ];
  }

  /** Check an editor now, open the list of its problems, and return how many there are. */
  async now(view: EditorView): Promise<number> {
    const found = await this.mark(view);
    if (found) {
      openLintPanel(view);
    }
    return found;
  }

  private async mark(view: EditorView): Promise<number> {
    const { doc } = view.state;
    const problems = await this.api.problems(doc.toString());
    // What was typed meanwhile is checked after the next pause.
    if (view.state.doc === doc) {
      const marks = problems.map(problem => marked(problem, view));
      view.dispatch(setDiagnostics(view.state, marks));
    }
    return problems.length;
  }
}

function marked(problem: ISpecProblem, view: EditorView): Diagnostic {
  const { doc } = view.state;
  const line = doc.line(Math.min(Math.max(problem.line, 1), doc.lines));
  const indent = line.text.length - line.text.trimStart().length;
  return {
    from: Math.min(line.from + indent, line.to),
    to: line.to,
    severity: 'error',
    message: `${problem.what} ${problem.why} ${problem.fix}`
  };
}
