import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { Cell, ICellModel } from '@jupyterlab/cells';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import * as React from 'react';

import { whyIcon } from './icons';
import { sentence } from './sentence';
import { Commands, DOMAIN } from './tokens';

const MAX_LINES = 40;

/** Why a cell is there, from its `automl` metadata. */
interface IReason {
  why: string[];
  evidence: [string, string][];
  rejected: string[];
}

/** Shows why the active cell is there: the reason, the evidence in the data, rejected alternatives. */
class WhyPanel extends ReactWidget {
  constructor(
    private readonly tracker: INotebookTracker,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'automl-magic-why';
    this.addClass('jp-AutoML');
    this.title.icon = whyIcon;
    this.title.caption = trans.__('Why this cell?');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Why this cell?'));
    this.node.tabIndex = 0;
    tracker.activeCellChanged.connect(this.follow, this);
    tracker.currentChanged.connect(this.follow, this);
    this.follow();
  }

  override dispose(): void {
    this.tracker.activeCellChanged.disconnect(this.follow, this);
    this.tracker.currentChanged.disconnect(this.follow, this);
    this.model?.metadataChanged.disconnect(this.redraw, this);
    super.dispose();
  }

  render(): JSX.Element {
    const { trans } = this;
    return (
      <div className="jp-AutoML-body" aria-live="polite">
        <h2>{trans.__('Why this cell?')}</h2>
        {this.model ? (
          <Reason model={this.model} trans={trans} />
        ) : (
          <p className="jp-AutoML-soft">{trans.__('Select a notebook cell.')}</p>
        )}
      </div>
    );
  }

  /** Move the focus here after the command, so that a screen reader starts here. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.focus();
  }

  private follow(): void {
    const cell: Cell | null = this.tracker.activeCell;
    const model = cell && !cell.isDisposed ? cell.model : null;
    if (model !== this.model) {
      this.model?.metadataChanged.disconnect(this.redraw, this);
      model?.metadataChanged.connect(this.redraw, this);
      this.model = model;
    }
    this.redraw();
  }

  private redraw(): void {
    this.update();
  }

  private model: ICellModel | null = null;
}

function Reason(props: { model: ICellModel; trans: TranslationBundle }): JSX.Element {
  const { model, trans } = props;
  const metadata = asObject(model.getMetadata('automl'));
  if (!metadata) {
    return (
      <p className="jp-AutoML-soft">
        {trans.__("This cell has no recorded reason. automl-magic didn't create it.")}
      </p>
    );
  }
  const { why, evidence, rejected } = reasonOf(metadata);
  return (
    <>
      <p className="jp-AutoML-soft">
        {sentence(trans.__('Cell %1', '%1'), <code>{model.id}</code>)}
      </p>
      {why.length ? (
        why.map((line, i) => <p key={i}>{line}</p>)
      ) : (
        <p>{trans.__('Every notebook of this kind has this cell.')}</p>
      )}
      {evidence.length > 0 && (
        <>
          <h3>{trans.__('Evidence in the data')}</h3>
          <dl className="jp-AutoML-evidence">
            {evidence.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {rejected.length > 0 && (
        <>
          <h3>{trans.__('Rejected alternatives')}</h3>
          <ul>
            {rejected.map((line, i) => (
              <li key={i}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** Read the metadata of a cell. It may have been edited, so values that aren't text become JSON. */
function reasonOf(metadata: Record<string, unknown>): IReason {
  const { why, evidence, rejected } = metadata;
  return {
    why: typeof why === 'string' && why ? why.split('\n').slice(0, MAX_LINES) : [],
    evidence: flatten(evidence, '').slice(0, MAX_LINES),
    rejected: Array.isArray(rejected) ? rejected.map(asText).slice(0, MAX_LINES) : []
  };
}

/** Flatten evidence, which is nested by decision: `split.rows`, `metric.class_counts`. */
function flatten(value: unknown, name: string): [string, string][] {
  const object = asObject(value);
  if (object) {
    return Object.entries(object).flatMap(([key, item]) =>
      flatten(item, name ? `${name}.${key}` : key)
    );
  }
  return name ? [[name, asText(value)]] : [];
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value) ?? '';
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** The panel "Why this cell?". */
export const whyPlugin: JupyterFrontEndPlugin<void> = {
  id: '@automl-magic/lab:why',
  description: 'Shows why the active notebook cell is there.',
  autoStart: true,
  requires: [INotebookTracker, ITranslator],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    translator: ITranslator,
    palette: ICommandPalette | null
  ): void => {
    const trans = translator.load(DOMAIN);
    const panel = new WhyPanel(tracker, trans);
    app.shell.add(panel, 'right', { rank: 550, type: 'AutoML' });
    app.commands.addCommand(Commands.showWhy, {
      label: trans.__('Why this cell?'),
      icon: whyIcon,
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.shell.activateById(panel.id)
    });
    palette?.addItem({ command: Commands.showWhy, category: trans.__('AutoML') });
  }
};
