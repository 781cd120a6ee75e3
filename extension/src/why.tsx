import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { Cell, ICellModel } from '@jupyterlab/cells';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import * as React from 'react';

import { whyIcon } from './icons';
import { Commands, DOMAIN } from './tokens';

const MOST_LINES = 40;

/** Why a cell is there, as its `automl` metadata tells it. */
interface IReason {
  why: string[];
  evidence: [string, string][];
  rejected: string[];
}

/** Says why the active cell is there: the reason, what in the data led to it, what was rejected. */
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
          <p className="jp-AutoML-soft">{trans.__('Choose a cell of a notebook.')}</p>
        )}
      </div>
    );
  }

  /** Whoever came by a command reads on from here. */
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
        {trans.__('Nobody has written down why this cell is there: automl-magic did not make it.')}
      </p>
    );
  }
  const { why, evidence, rejected } = reasonOf(metadata);
  return (
    <>
      <p className="jp-AutoML-soft">
        {trans.__('Cell')} <code>{model.id}</code>
      </p>
      {why.length ? (
        why.map((line, i) => <p key={i}>{line}</p>)
      ) : (
        <p>{trans.__('This cell is there in every notebook of its kind.')}</p>
      )}
      {evidence.length > 0 && (
        <>
          <h3>{trans.__('What in the data led to it')}</h3>
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
          <h3>{trans.__('What was rejected')}</h3>
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

/** Read the metadata of a cell, which anybody may have edited: what is no text is shown as JSON. */
function reasonOf(metadata: Record<string, unknown>): IReason {
  const { why, evidence, rejected } = metadata;
  return {
    why: typeof why === 'string' && why ? why.split('\n').slice(0, MOST_LINES) : [],
    evidence: flat(evidence, '').slice(0, MOST_LINES),
    rejected: Array.isArray(rejected) ? rejected.map(said).slice(0, MOST_LINES) : []
  };
}

/** Evidence is nested by what was decided: `split.rows`, `metric.class_counts`. */
function flat(value: unknown, name: string): [string, string][] {
  const object = asObject(value);
  if (object) {
    return Object.entries(object).flatMap(([key, item]) => flat(item, name ? `${name}.${key}` : key));
  }
  return name ? [[name, said(value)]] : [];
}

function said(value: unknown): string {
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
  description: 'Says why the active cell of a notebook is there.',
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
