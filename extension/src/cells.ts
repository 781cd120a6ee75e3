import { JupyterFrontEnd } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { PathExt } from '@jupyterlab/coreutils';
import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { Contents, SessionAPI } from '@jupyterlab/services';
import { UUID } from '@lumino/coreutils';

import * as once from './once';

const KERNEL = 'automl-magic';
const MOST_TRIES = 50;

/** A notebook of one cell that is to be made. */
export interface INewNotebook {
  folder: string;
  name: string;
  source: string;
  run: boolean;
}

/**
 * Make a notebook of one cell and open it; where asked for, it is run. Without our kernel, a cell
 * that loads the magics comes first.
 *
 * In Notebook 7 the notebook opens in a browser tab of its own, which finds a note of ours to run it.
 */
export async function openWithCell(
  app: JupyterFrontEnd,
  manager: IDocumentManager,
  isLab: boolean,
  made: INewNotebook
): Promise<void> {
  const { contents, kernelspecs, serverSettings } = app.serviceManager;
  await kernelspecs.ready;
  const known = kernelspecs.specs?.kernelspecs ?? {};
  const ours = known[KERNEL];
  const kernel = ours ? KERNEL : kernelspecs.specs?.default ?? 'python3';
  const sources = ours ? [made.source] : ['%load_ext automl_magic', made.source];
  const path = PathExt.join(made.folder, await freeName(contents, made.folder, made.name, '.ipynb'));
  // The kernel takes longest: it starts while the file is written and the page drawn.
  const started = made.run
    ? SessionAPI.startSession(
        { path, name: PathExt.basename(path), type: 'notebook', kernel: { name: kernel } },
        serverSettings
      )
    : Promise.resolve(null);
  await contents.save(path, {
    type: 'notebook',
    format: 'json',
    content: notebookOf(sources, kernel, known[kernel]?.display_name ?? kernel)
  });
  // Whoever opens the notebook finds its session, and does not start another one.
  await started;
  if (made.run && !isLab) {
    once.leave(path, sources);
  }
  const widget = manager.openOrReveal(path);
  if (made.run && widget instanceof NotebookPanel) {
    await runAll(widget);
  }
}

/**
 * Run a notebook as soon as its kernel has answered: what is sent while the server still greets a
 * kernel can be lost. Saved afterwards, so that a reload finds the widget under its cell.
 */
export async function runAll(panel: NotebookPanel): Promise<void> {
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.sessionContext.session?.kernel?.info;
  await NotebookActions.runAll(panel.content, panel.sessionContext);
  await panel.context.save();
}

/** Return a name that no file of the folder has: `plan.ipynb`, then `plan-2.ipynb`. */
export async function freeName(
  contents: Contents.IManager,
  folder: string,
  stem: string,
  ending: string
): Promise<string> {
  const listed = await contents.get(folder, { content: true });
  const taken = new Set((listed.content as Contents.IModel[]).map(one => one.name));
  for (let i = 1; i < MOST_TRIES; i++) {
    const name = i === 1 ? stem + ending : `${stem}-${i}${ending}`;
    if (!taken.has(name)) {
      return name;
    }
  }
  return `${stem}-${UUID.uuid4().slice(0, 8)}${ending}`;
}

function notebookOf(sources: string[], kernel: string, displayName: string): object {
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
