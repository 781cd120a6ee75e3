import { ReactWidget } from '@jupyterlab/ui-components';
import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Api } from '../api';
import { IRunDiff } from '../records';
import { LoadableView, useLoadable } from '../loading';
import { sentence } from '../sentence';

/** The changes from one run to another: a summary, then the diff of each cell. */
export class DiffView extends ReactWidget {
  constructor(
    private readonly api: Api,
    private readonly trans: TranslationBundle,
    private readonly a: string,
    private readonly b: string
  ) {
    super();
    this.addClass('jp-AutoML');
    this.addClass('jp-AutoML-page');
    this.node.tabIndex = 0;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Diff of two runs'));
  }

  render(): JSX.Element {
    return <DiffLoader api={this.api} trans={this.trans} a={this.a} b={this.b} />;
  }
}

function DiffLoader(props: {
  api: Api;
  trans: TranslationBundle;
  a: string;
  b: string;
}): JSX.Element {
  const { api, trans, a, b } = props;
  const [diff, reload] = useLoadable(() => api.diff(a, b), [a, b]);
  return (
    <LoadableView loadable={diff} trans={trans} reload={reload}>
      {value => <Diff diff={value} trans={trans} />}
    </LoadableView>
  );
}

function Diff(props: { diff: IRunDiff; trans: TranslationBundle }): JSX.Element {
  const { diff, trans } = props;
  const { before, after, changes, cells } = diff;
  return (
    <article>
      <h2>{trans.__('Changes')}</h2>
      <p className="jp-AutoML-soft">
        {sentence(
          trans.__('From run %1 to run %2', '%1', '%2'),
          <code>{before}</code>,
          <code>{after}</code>
        )}
      </p>
      {changes.length ? (
        <ul className="jp-AutoML-changes">
          {changes.map((change, i) => (
            <li key={i}>{change.words}</li>
          ))}
        </ul>
      ) : (
        <p>{trans.__('No changes.')}</p>
      )}
      {cells.length > 0 && <h2>{trans.__('Code')}</h2>}
      {cells.map(cell => (
        <section key={cell.cell_id}>
          <h3>
            {sentence(cellHeading(cell.kind, trans), <code>{cell.cell_id}</code>)}
          </h3>
          <Lines diff={cell.diff} label={trans.__('Code of cell %1', cell.cell_id)} />
        </section>
      ))}
    </article>
  );
}

function cellHeading(kind: string, trans: TranslationBundle): string {
  const headings: Record<string, string> = {
    added: trans.__('Added cell %1', '%1'),
    removed: trans.__('Removed cell %1', '%1'),
    changed: trans.__('Changed cell %1', '%1')
  };
  return headings[kind] ?? `${kind} %1`;
}

/** A unified diff. The signs at the start of lines mean the same as the colors. */
function Lines(props: { diff: string; label: string }): JSX.Element {
  // The first two lines name the two runs, as the page's heading does.
  const lines = props.diff.split('\n').slice(2);
  const kind = (line: string): string =>
    ({ '+': 'added', '-': 'removed', '@': 'hunk' })[line[0]] ?? 'same';
  return (
    <pre className="jp-AutoML-code" tabIndex={0} role="region" aria-label={props.label}>
      {lines.map((line, i) => (
        <span key={i} className="jp-AutoML-line" data-kind={kind(line)}>
          {line + '\n'}
        </span>
      ))}
    </pre>
  );
}
