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

/** Pages about runs, each in a tab of the main area; in Notebook 7, in what it has instead. */
export const viewsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:views',
  description: 'The leaderboard and the report of a run, and the difference of two.',
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
      const open = [...app.shell.widgets('main')].find(widget => widget.id === id);
      if (!open) {
        const widget = new MainAreaWidget({ content: make() });
        widget.id = id;
        widget.title.label = title;
        widget.title.icon = icon;
        widget.title.closable = true;
        app.shell.add(widget, 'main');
      }
      app.shell.activateById(id);
    };
    const page = (command: string, name: 'leaderboard' | 'report', title: string): void => {
      app.commands.addCommand(command, {
        label: title,
        icon: automlIcon,
        describedBy: oneOf({ run: 'A run id.' }),
        execute: args => {
          const run = runIn(args, 'run');
          if (labShell) {
            const address = (dark: boolean): string => api.page(name, run, dark);
            const label = `${title} ${run}`;
            show(`${command}:${run}`, label, automlIcon, () => new PageFrame(address, label, themes));
          } else {
            window.open(api.page(name, run, isDark(themes)), '_blank', 'noopener');
          }
        }
      });
    };
    page(Commands.leaderboard, 'leaderboard', trans.__('Leaderboard'));
    page(Commands.report, 'report', trans.__('Report'));

    app.commands.addCommand(Commands.compare, {
      label: trans.__('Compare two runs'),
      icon: automlIcon,
      describedBy: oneOf({ a: 'The id of the first run.', b: 'The id of the second run.' }),
      execute: args => {
        const [a, b] = [runIn(args, 'a'), runIn(args, 'b')];
        const view = (): DiffView => new DiffView(api, trans, a, b);
        if (labShell) {
          show(`${Commands.compare}:${a}:${b}`, trans.__('What changed'), automlIcon, view);
        } else {
          void new Dialog({
            title: trans.__('Difference of two runs'),
            body: view(),
            buttons: [Dialog.okButton({ label: trans.__('Close') })]
          }).launch();
        }
      }
    });
  }
};

/** A run id among the arguments of a command; an argument of another shape is refused. */
function runIn(args: ReadonlyPartialJSONObject, name: string): string {
  const value = args[name];
  if (typeof value !== 'string' || !RUN_ID.test(value)) {
    throw new Error(`The argument ${name} is no run id.`);
  }
  return value;
}

function oneOf(texts: Record<string, string>): { args: ReadonlyJSONObject } {
  const properties = Object.fromEntries(
    Object.entries(texts).map(([name, description]) => [name, { type: 'string', description }])
  );
  return { args: { type: 'object', properties, required: Object.keys(texts) } };
}
