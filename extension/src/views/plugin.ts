import { ILabShell, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, IThemeManager, MainAreaWidget } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';
import { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';

import { Api } from '../api';
import { automlIcon } from '../icons';
import { Requests } from '../request';
import { Commands, DOMAIN } from '../tokens';
import { DiffView } from './diff';
import { isDark, PageFrame } from './frame';

const RUN_ID = /^[0-9]{8}-[0-9]{6}-[0-9a-z]{4}$/;

/**
 * Pages and diffs of runs, in tabs of the main area. Notebook 7 opens a page in a browser tab and a
 * diff in a dialog.
 */
export const viewsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:views',
  description: 'Shows the leaderboard and the report of a run, and the diff of two runs.',
  autoStart: true,
  requires: [ITranslator],
  optional: [ILabShell, IThemeManager],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator,
    labShell: ILabShell | null,
    themes: IThemeManager | null
  ): void => {
    const trans = translator.load(DOMAIN);
    const api = new Api(new Requests(app.serviceManager.serverSettings));

    const show = (id: string, title: string, icon: LabIcon, make: () => Widget): void => {
      const isOpen = [...app.shell.widgets('main')].some(widget => widget.id === id);
      if (!isOpen) {
        const widget = new MainAreaWidget({ content: make() });
        widget.id = id;
        widget.title.label = title;
        widget.title.icon = icon;
        widget.title.closable = true;
        app.shell.add(widget, 'main');
      }
      app.shell.activateById(id);
    };
    const addPage = (command: string, name: 'leaderboard' | 'report', title: string): void => {
      app.commands.addCommand(command, {
        label: title,
        icon: automlIcon,
        describedBy: runIdArguments({ run: 'Run ID' }),
        execute: args => {
          const run = runIdArgument(args, 'run');
          if (labShell) {
            const url = (dark: boolean): string => api.pageUrl(name, run, dark);
            const label = trans.__('%1 %2', title, run);
            show(`${command}:${run}`, label, automlIcon, () => new PageFrame(url, label, themes));
          } else {
            window.open(api.pageUrl(name, run, isDark(themes)), '_blank', 'noopener');
          }
        }
      });
    };
    addPage(Commands.leaderboard, 'leaderboard', trans.__('Leaderboard'));
    addPage(Commands.report, 'report', trans.__('Report'));

    app.commands.addCommand(Commands.compare, {
      label: trans.__('Compare two runs'),
      icon: automlIcon,
      describedBy: runIdArguments({ a: 'ID of the first run', b: 'ID of the second run' }),
      execute: args => {
        const [a, b] = [runIdArgument(args, 'a'), runIdArgument(args, 'b')];
        const view = (): DiffView => new DiffView(api, trans, a, b);
        if (labShell) {
          show(`${Commands.compare}:${a}:${b}`, trans.__('Diff of two runs'), automlIcon, view);
        } else {
          void new Dialog({
            title: trans.__('Diff of two runs'),
            body: view(),
            buttons: [Dialog.okButton({ label: trans.__('Close') })]
          }).launch();
        }
      }
    });
  }
};

/** Return the run ID in an argument of a command, or throw if it isn't one. */
function runIdArgument(args: ReadonlyPartialJSONObject, name: string): string {
  const value = args[name];
  if (typeof value !== 'string' || !RUN_ID.test(value)) {
    throw new Error(`The argument ${name} isn't a run ID.`);
  }
  return value;
}

function runIdArguments(descriptions: Record<string, string>): { args: ReadonlyJSONObject } {
  const properties = Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [
      name,
      { type: 'string', description }
    ])
  );
  return { args: { type: 'object', properties, required: Object.keys(descriptions) } };
}
