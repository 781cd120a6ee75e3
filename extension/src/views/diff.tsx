import { ReactWidget } from '@jupyterlab/ui-components';
import { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Api } from '../api';
import { IRunDiff } from '../records';
import { Shown, useLoadable } from '../loading';

/** What changed from one run to another: in words first, then cell by cell. */
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
    this.node.setAttribute('aria-label', trans.__('Difference of two runs'));
  }

  render(): JSX.Element {
    return <Loaded api={this.api} trans={this.trans} a={this.a} b={this.b} />;
  }
}

function Loaded(props: {
  api: Api;
  trans: TranslationBundle;
  a: string;
  b: string;
}): JSX.Element {
  const { api, trans, a, b } = props;
  const [difference, again] = useLoadable(() => api.diff(a, b), [a, b]);
  return (
    <Shown loadable={difference} trans={trans} again={again}>
      {value => <Difference difference={value} trans={trans} />}
    </Shown>
  );
}

function Difference(props: { difference: IRunDiff; trans: TranslationBundle }): JSX.Element {
  const { difference, trans } = props;
  const { before, after, changes, cells } = difference;
  return (
    <article>
      <h2>{trans.__('What changed')}</h2>
      <p className="jp-AutoML-soft">
        {trans.__('From run')} <code>{before}</code> {trans.__('to run')} <code>{after}</code>
      </p>
      {changes.length ? (
        <ul className="jp-AutoML-changes">
          {changes.map((change, i) => (
            <li key={i}>{change.words}</li>
          ))}
        </ul>
      ) : (
        <p>{trans.__('Nothing changed.')}</p>
      )}
      {cells.length > 0 && <h2>{trans.__('The code')}</h2>}
      {cells.map(cell => (
        <section key={cell.cell_id}>
          <h3>
            {cellWords(cell.kind, trans)} <code>{cell.cell_id}</code>
          </h3>
          <Lines diff={cell.diff} label={trans.__('Code of the cell %1', cell.cell_id)} />
        </section>
      ))}
    </article>
  );
}

function cellWords(kind: string, trans: TranslationBundle): string {
  const words: Record<string, string> = {
    added: trans.__('Added cell'),
    removed: trans.__('Removed cell'),
    changed: trans.__('Changed cell')
  };
  return words[kind] ?? kind;
}

/** A unified diff; the signs at the beginning of a line tell what the colours tell. */
function Lines(props: { diff: string; label: string }): JSX.Element {
  // The first two lines name the two sides, which the heading of the page does.
  const lines = props.diff.split('\n').slice(2);
  const kind = (line: string): string =>
    ({ '+': 'added', '-': 'removed', '@': 'place' })[line[0]] ?? 'same';
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
