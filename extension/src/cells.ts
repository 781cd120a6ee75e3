import { JupyterFrontEnd } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { PathExt } from '@jupyterlab/coreutils';
import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { Contents, SessionAPI } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';

import { storeRunRequest } from './runOnce';

const KERNEL = 'automl-magic';
const MAX_TRIES = 50;

/** A new notebook with one cell. */
export interface INewNotebook {
  folder: string;
  name: string;
  source: string;
  run: boolean;
}

/**
 * Create a notebook with one cell, open it and, if `run` is set, run it. Without the automl-magic
 * kernel, it gets a first cell that loads the magics.
 *
 * In Notebook 7 the notebook opens in its own browser tab, which runs it on a stored request.
 */
export async function openWithCell(
  app: JupyterFrontEnd,
  manager: IDocumentManager,
  isLab: boolean,
  notebook: INewNotebook
): Promise<void> {
  const { contents, kernelspecs, serverSettings } = app.serviceManager;
  await kernelspecs.ready;
  const { folder, name, source, run } = notebook;
  const specs = kernelspecs.specs?.kernelspecs ?? {};
  const hasKernel = specs[KERNEL] !== undefined;
  const kernel = hasKernel ? KERNEL : kernelspecs.specs?.default ?? 'python3';
  const sources = hasKernel ? [source] : ['%load_ext automl_magic', source];
  const path = PathExt.join(folder, await freeName(contents, folder, name, '.ipynb'));
  // The kernel takes longest, so it starts while the file is saved and the page loads.
  const started = run
    ? SessionAPI.startSession(
        { path, name: PathExt.basename(path), type: 'notebook', kernel: { name: kernel } },
        serverSettings
      )
    : Promise.resolve(null);
  await contents.save(path, {
    type: 'notebook',
    format: 'json',
    content: notebookContent(sources, kernel, specs[kernel]?.display_name ?? kernel)
  });
  // With the session started, opening the notebook doesn't start a second one.
  await started;
  if (run && !isLab) {
    storeRunRequest(path, sources);
  }
  const widget = manager.openOrReveal(path);
  if (run && widget instanceof NotebookPanel) {
    await runAll(widget);
  }
}

/**
 * Run a notebook once its kernel has replied: messages sent while it connects can be lost. Then save
 * it, so that a reload shows the widget under its cell.
 */
export async function runAll(panel: NotebookPanel): Promise<void> {
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session?.kernel?.info;
  await NotebookActions.runAll(panel.content, panel.sessionContext);
  await panel.context.save();
}

/** Return a file name that's free in the folder: `plan.ipynb`, then `plan-2.ipynb`. */
export async function freeName(
  contents: Contents.IManager,
  folder: string,
  stem: string,
  suffix: string
): Promise<string> {
  const directory = await contents.get(folder, { content: true });
  const existing = new Set((directory.content as Contents.IModel[]).map(file => file.name));
  for (let i = 1; i < MAX_TRIES; i++) {
    const name = i === 1 ? stem + suffix : `${stem}-${i}${suffix}`;
    if (!existing.has(name)) {
      return name;
    }
  }
  return `${stem}-${UUID.uuid4().slice(0, 8)}${suffix}`;
}

function notebookContent(sources: string[], kernel: string, displayName: string): object {
  const cells = sources.map(source => ({
    cell_type: 'code',
    id: UUID.uuid4().slice(0, 8),
    metadata: {},
    source,
    outputs: [],
    execution_count: null
  }));
  const kernelspec = { name: kernel, display_name: displayName, language: 'python' };
  return { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells };
}
