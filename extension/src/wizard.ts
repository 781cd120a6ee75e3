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
import { showErrors } from './errors';
import { Requests } from './request';
import { takeRunRequest } from './runOnce';
import { Commands, DOMAIN, ISettings, SPEC_SUFFIX } from './tokens';

/** The wizard in a notebook, and new experiment files. */
export const wizardPlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:wizard',
  description: 'Adds launcher cards and commands for the wizard and new plans.',
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
          cwd: { type: 'string', description: 'Folder of the new file' },
          isPalette: {
            type: 'boolean',
            description: 'Whether the label is for the command palette'
          }
        }
      }
    };
    const folder = (args: ReadonlyPartialJSONObject): string =>
      typeof args.cwd === 'string' ? args.cwd : browser?.model.path ?? '';

    app.commands.addCommand(Commands.wizard, {
      label: trans.__('AutoML wizard'),
      caption: trans.__('Find a model step by step in a notebook'),
      icon: wizardIcon,
      describedBy,
      execute: args =>
        showErrors(trans, () =>
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
      caption: trans.__('Create an experiment file with every field explained'),
      icon: planIcon,
      describedBy,
      execute: args =>
        showErrors(trans, async () => {
          const { contents } = app.serviceManager;
          const { name, text } = await api.template(settings.current.budgetSeconds);
          const stem = name.slice(0, -SPEC_SUFFIX.length);
          const fileName = await freeName(contents, folder(args), stem, SPEC_SUFFIX);
          const path = PathExt.join(folder(args), fileName);
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

/** The event with which the wizard opens a file in its notebook's folder: see its `openInside`. */
const OPEN_EVENT = 'automl-magic:open';

/** Opens the wizard's links in the lab. Without it, a link would reload the page. */
export const openPlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:open',
  description: "Opens files from the wizard's links in tabs of the lab.",
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
    document.addEventListener(OPEN_EVENT, event => {
      const path: unknown = (event as CustomEvent).detail?.path;
      const notebookPath = tracker.currentWidget?.context.path;
      if (typeof path === 'string' && notebookPath !== undefined) {
        manager.openOrReveal(PathExt.join(PathExt.dirname(notebookPath), path));
        event.preventDefault();
      }
    });
  }
};

/** Runs a notebook that another browser tab has just created: see runOnce.ts. */
export const runOncePlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:run-once',
  description: 'Runs a notebook that this extension has just opened in a new browser tab.',
  autoStart: true,
  requires: [INotebookTracker, ITranslator],
  activate: (_: JupyterFrontEnd, tracker: INotebookTracker, translator: ITranslator): void => {
    const trans = translator.load(DOMAIN);
    tracker.widgetAdded.connect((_, panel: NotebookPanel) => {
      void showErrors(trans, async () => {
        await panel.context.ready;
        const sources = (): string[] =>
          Array.from(panel.context.model.cells, cell => cell.sharedModel.getSource());
        if (takeRunRequest(panel.context.path, sources)) {
          await runAll(panel);
        }
      });
    });
  }
};
