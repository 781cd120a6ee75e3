import { ILabShell, ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification, WidgetTracker } from '@jupyterlab/apputils';
import { CodeEditor, IEditorServices } from '@jupyterlab/codeeditor';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import { PathExt } from '@jupyterlab/coreutils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDocumentWidget } from '@jupyterlab/docregistry';
import { FileEditor, FileEditorFactory } from '@jupyterlab/fileeditor';
import { ITranslator } from '@jupyterlab/translation';
import { CommandToolbarButton } from '@jupyterlab/ui-components';

import { Api, ISchema } from '../api';
import { openWithCell } from '../cells';
import { planIcon } from '../icons';
import { showErrors } from '../errors';
import { RequestError, Requests } from '../request';
import { Commands, DOMAIN, ISettings, SPEC_SUFFIX } from '../tokens';
import { Checks } from './check';
import { completion } from './complete';

const FACTORY = 'AutoML experiment';
const FILE_TYPE = 'automl-experiment';
type SpecWidget = IDocumentWidget<FileEditor>;

/** The editor of `*.automl.yaml`: the lab's file editor with checks, completion and four buttons. */
export const specPlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:spec',
  description: 'Adds an editor for experiment files, with checks and completion.',
  autoStart: true,
  requires: [IDocumentManager, IEditorServices, ISettings, ITranslator],
  optional: [ICommandPalette, ILabShell, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    manager: IDocumentManager,
    services: IEditorServices,
    settings: ISettings,
    translator: ITranslator,
    palette: ICommandPalette | null,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = translator.load(DOMAIN);
    const api = new Api(new Requests(app.serviceManager.serverSettings));
    const checks = new Checks(api, settings);
    const extensions = [checks.extension(), completion(cached(() => api.schema()))];
    const tracker = new WidgetTracker<SpecWidget>({ namespace: 'automl-magic-spec' });

    app.docRegistry.addFileType({
      name: FILE_TYPE,
      displayName: trans.__('AutoML experiment'),
      extensions: [SPEC_SUFFIX],
      mimeTypes: ['text/x-yaml'],
      contentType: 'file',
      fileFormat: 'text',
      icon: planIcon
    });
    const buttons: [string, string][] = [
      [Commands.checkFile, trans.__('Check')],
      [Commands.planFile, trans.__('Plan')],
      [Commands.runFile, trans.__('Run')],
      [Commands.fileAsCode, trans.__('As code')]
    ];
    const factory = new FileEditorFactory({
      editorServices: {
        mimeTypeService: services.mimeTypeService,
        factoryService: {
          newInlineEditor: options => services.factoryService.newInlineEditor(options),
          newDocumentEditor: (options: CodeEditor.IOptions) =>
            services.factoryService.newDocumentEditor({
              ...options,
              extensions: [...(options.extensions ?? []), ...extensions]
            })
        }
      },
      factoryOptions: {
        name: FACTORY,
        label: trans.__('AutoML experiment'),
        fileTypes: [FILE_TYPE],
        defaultFor: [FILE_TYPE],
        translator,
        toolbarFactory: () =>
          buttons.map(([id, label]) => ({
            name: id,
            widget: new CommandToolbarButton({ commands: app.commands, id, label })
          }))
      }
    });
    factory.widgetCreated.connect((_, widget) => {
      widget.title.icon = planIcon;
      widget.context.pathChanged.connect(() => void tracker.save(widget));
      void tracker.add(widget);
    });
    app.docRegistry.addWidgetFactory(factory);
    if (restorer) {
      void restorer.restore(tracker, {
        command: 'docmanager:open',
        args: widget => ({ path: widget.context.path, factory: FACTORY }),
        name: widget => widget.context.path
      });
    }

    const add = (
      command: string,
      label: string,
      caption: string,
      action: (widget: SpecWidget) => Promise<void>
    ): void => {
      app.commands.addCommand(command, {
        label,
        caption,
        describedBy: { args: { type: 'object', properties: {} } },
        isEnabled: () => tracker.currentWidget !== null,
        execute: () => {
          const widget = tracker.currentWidget;
          return widget ? showErrors(trans, () => action(widget)) : undefined;
        }
      });
      palette?.addItem({ command, category: trans.__('AutoML') });
    };
    const runMagic = async (widget: SpecWidget, verb: 'plan' | 'run'): Promise<void> => {
      await widget.context.save();
      const { path } = widget.context;
      const name = PathExt.basename(path);
      await openWithCell(app, manager, labShell !== null, {
        folder: PathExt.dirname(path),
        name: `${name.slice(0, -SPEC_SUFFIX.length)}-${verb}`,
        source: `%automl ${verb} ${quote(name)}`,
        run: true
      });
    };

    add(
      Commands.checkFile,
      trans.__('Check experiment file'),
      trans.__('List the errors in this file'),
      async widget => {
        const { editor } = widget.content;
        if (editor instanceof CodeMirrorEditor && !(await checks.run(editor.editor))) {
          Notification.success(trans.__('The experiment file has no errors.'), {
            autoClose: 5000
          });
        }
      }
    );
    add(
      Commands.planFile,
      trans.__('Plan experiment file'),
      trans.__('Save, then write the notebooks and an estimate, without running anything'),
      widget => runMagic(widget, 'plan')
    );
    add(
      Commands.runFile,
      trans.__('Run experiment file'),
      trans.__('Save, then plan and run in a notebook beside this file'),
      widget => runMagic(widget, 'run')
    );
    add(
      Commands.fileAsCode,
      trans.__('Experiment file as code'),
      trans.__('Open a notebook with this experiment as one cell, without running it'),
      async widget => {
        const { path, model } = widget.context;
        await openWithCell(app, manager, labShell !== null, {
          folder: PathExt.dirname(path),
          name: `${PathExt.basename(path).slice(0, -SPEC_SUFFIX.length)}-cell`,
          source: `%%automl\n${model.toString()}`,
          run: false
        });
      }
    );
  }
};

/** Quote a file name for the line of a magic, which is split like a shell command. */
export function quote(name: string): string {
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) {
    throw new RequestError(
      "Can't use this file in a notebook.",
      'Its name contains a control character.',
      'Rename the file, then try again.'
    );
  }
  return `'${name.replace(/'/g, `'"'"'`)}'`;
}

/** Cache the result of `load`; after an error, load again. */
function cached(load: () => Promise<ISchema>): () => Promise<ISchema> {
  let loaded: Promise<ISchema> | null = null;
  return () => {
    loaded ??= load().catch(error => {
      loaded = null;
      throw error;
    });
    return loaded;
  };
}
