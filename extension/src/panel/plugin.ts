import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ITranslator } from '@jupyterlab/translation';

import { Api } from '../api';
import { automlIcon } from '../icons';
import { Requests } from '../request';
import { Commands, DOMAIN, ISettings } from '../tokens';
import { Sidebar } from './sidebar';

/** The sidebar with runs and registered models. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:panel',
  description: 'Adds a sidebar with runs and registered models.',
  autoStart: true,
  requires: [IDocumentManager, ISettings, ITranslator],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    manager: IDocumentManager,
    settings: ISettings,
    translator: ITranslator,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = translator.load(DOMAIN);
    const sidebar = new Sidebar({
      api: new Api(new Requests(app.serviceManager.serverSettings)),
      trans,
      commands: app.commands,
      settings,
      open: path => manager.openOrReveal(path)
    });
    app.shell.add(sidebar, 'left', { rank: 550, type: 'AutoML' });
    restorer?.add(sidebar, sidebar.id);

    const show = (command: string, label: string, tab: 'runs' | 'models'): void => {
      app.commands.addCommand(command, {
        label,
        icon: automlIcon,
        describedBy: { args: { type: 'object', properties: {} } },
        execute: () => {
          sidebar.selectTab(tab);
          app.shell.activateById(sidebar.id);
        }
      });
      palette?.addItem({ command, category: trans.__('AutoML') });
    };
    show(Commands.showRuns, trans.__('Show AutoML runs'), 'runs');
    show(Commands.showModels, trans.__('Show AutoML models'), 'models');
  }
};
