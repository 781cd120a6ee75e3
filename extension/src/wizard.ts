import { ILabShell, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';
import { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { Api } from './api';
import { freeName, openWithCell, runAll } from './cells';
import { planIcon, wizardIcon } from './icons';
import * as once from './once';
import { told } from './notices';
import { Requests } from './request';
import { Commands, DOMAIN, ISettings, SPEC_SUFFIX } from './tokens';

/** The two ways to begin: the wizard in a notebook, and a new experiment file. */
export const wizardPlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:wizard',
  description: 'Launcher cards and commands that open the wizard, or a new plan.',
  autoStart: true,
  requires: [IDocumentManager, ISettings, ITranslator],
  optional: [ILauncher, ICommandPalette, IDefaultFileBrowser, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    manager: IDocumentManager,
    settings: ISettings,
    translator: ITranslator,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null,
    labShell: ILabShell | null
  ): void => {
    const trans = translator.load(DOMAIN);
    const category = trans.__('AutoML');
    const api = new Api(new Requests(app.serviceManager.serverSettings));
    const describedBy = {
      args: {
        type: 'object',
        properties: {
          cwd: { type: 'string', description: 'The folder of the new file.' },
          isPalette: { type: 'boolean', description: 'Whether the palette asks for the label.' }
        }
      }
    };
    const folder = (args: ReadonlyPartialJSONObject): string =>
      typeof args.cwd === 'string' ? args.cwd : browser?.model.path ?? '';

    app.commands.addCommand(Commands.wizard, {
      label: trans.__('AutoML wizard'),
      caption: trans.__('Find a model step by step, in a notebook'),
      icon: wizardIcon,
      describedBy,
      execute: args =>
        told(trans, () =>
          openWithCell(app, manager, labShell !== null, {
            folder: folder(args),
            name: 'automl-wizard',
            source: '%automl wizard',
            run: true
          })
        )
    });
    app.commands.addCommand(Commands.newPlan, {
      label: args => (args.isPalette ? trans.__('New AutoML plan') : trans.__('New plan')),
      caption: trans.__('Write an experiment file, with every field explained'),
      icon: planIcon,
      describedBy,
      execute: args =>
        told(trans, async () => {
          const { contents } = app.serviceManager;
          const { name, text } = await api.template(settings.now.budgetSeconds);
          const stem = name.slice(0, -SPEC_SUFFIX.length);
          const free = await freeName(contents, folder(args), stem, SPEC_SUFFIX);
          const path = PathExt.join(folder(args), free);
          await contents.save(path, { type: 'file', format: 'text', content: text });
          manager.openOrReveal(path);
        })
    });
    for (const [rank, command] of [Commands.wizard, Commands.newPlan].entries()) {
      launcher?.add({ command, category, rank });
      palette?.addItem({ command, category, args: { isPalette: true } });
    }
  }
};

/** The wizard asks for a file of its notebook's folder in this way; see `openInside` there. */
const OPEN = 'automl-magic:open';

/** Opens in the lab what a wizard links to, where the link alone would load the page again. */
export const openPlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:open',
  description: 'Opens the files that a wizard links to in tabs of the lab.',
  autoStart: true,
  requires: [IDocumentManager, INotebookTracker],
  optional: [ILabShell],
  activate: (
    _: JupyterFrontEnd,
    manager: IDocumentManager,
    tracker: INotebookTracker,
    labShell: ILabShell | null
  ): void => {
    if (!labShell) {
      return;
    }
    document.addEventListener(OPEN, event => {
      const asked: unknown = (event as CustomEvent).detail?.path;
      const notebook = tracker.currentWidget?.context.path;
      if (typeof asked === 'string' && notebook !== undefined) {
        manager.openOrReveal(PathExt.join(PathExt.dirname(notebook), asked));
        event.preventDefault();
      }
    });
  }
};

/** Runs the notebook of a wizard that another browser tab has just made: see `once`. */
export const runOncePlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:run-once',
  description: 'Runs a notebook that this extension has just opened in a browser tab of its own.',
  autoStart: true,
  requires: [INotebookTracker, ITranslator],
  activate: (_: JupyterFrontEnd, tracker: INotebookTracker, translator: ITranslator): void => {
    const trans = translator.load(DOMAIN);
    tracker.widgetAdded.connect((_, panel: NotebookPanel) => {
      void told(trans, async () => {
        await panel.context.ready;
        const sources = (): string[] =>
          Array.from(panel.context.model.cells, cell => cell.sharedModel.getSource());
        if (once.take(panel.context.path, sources)) {
          await runAll(panel);
        }
      });
    });
  }
};
