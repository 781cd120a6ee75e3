import { Diagnostic, lintGutter, openLintPanel, setDiagnostics } from '@codemirror/lint';
import { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

import { Api } from '../api';
import { ISpecProblem } from '../records';
import { ISettings } from '../tokens';

const DELAY_MS = 500;

/** Marks the errors in an experiment file. */
export class Checks {
  constructor(
    private readonly api: Api,
    private readonly settings: ISettings
  ) {}

  /** Return the editor extension: error marks, and a check after each pause in typing. */
  extension(): Extension {
    let timer = 0;
    return [
      lintGutter(),
      EditorView.updateListener.of(update => {
        if (update.docChanged && this.settings.current.checkWhileTyping) {
          window.clearTimeout(timer);
          // Failed requests don't interrupt typing. The Check button shows their error.
          timer = window.setTimeout(() => this.mark(update.view).catch(() => undefined), DELAY_MS);
        }
      })
    ];
  }

  /** Check the file now, open the list of its errors, and return their number. */
  async run(view: EditorView): Promise<number> {
    const nProblems = await this.mark(view);
    if (nProblems) {
      openLintPanel(view);
    }
    return nProblems;
  }

  private async mark(view: EditorView): Promise<number> {
    const { doc } = view.state;
    const problems = await this.api.validate(doc.toString());
    // If the text has changed meanwhile, the next check marks it.
    if (view.state.doc === doc) {
      const diagnostics = problems.map(problem => diagnostic(problem, view));
      view.dispatch(setDiagnostics(view.state, diagnostics));
    }
    return problems.length;
  }
}

function diagnostic(problem: ISpecProblem, view: EditorView): Diagnostic {
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
