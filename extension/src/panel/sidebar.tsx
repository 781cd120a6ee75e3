import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import * as React from 'react';

import { IRunSummary } from '../records';
import { automlIcon } from '../icons';
import { Announcer } from './announcer';
import { formatStatus, runName } from './format';
import { ILab } from './lab';
import { Models } from './models';
import { Runs } from './runs';
import { RunsPoll } from './runsPoll';
import { Tabs } from './tabs';

/** The sidebar "AutoML": runs and registered models. */
export class Sidebar extends ReactWidget {
  constructor(private readonly lab: ILab) {
    super();
    this.id = 'automl-magic-sidebar';
    this.addClass('jp-AutoML');
    this.title.icon = automlIcon;
    this.title.caption = lab.trans.__('AutoML: runs and models');
    this.node.tabIndex = -1;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', lab.trans.__('AutoML'));
    this.poll = new RunsPoll(lab.api, lab.settings, () => this.isVisible);
  }

  selectTab(tab: 'runs' | 'models'): void {
    this.tab = tab;
    this.changed.emit();
  }

  override dispose(): void {
    this.poll.dispose();
    super.dispose();
  }

  render(): JSX.Element {
    return (
      <UseSignal signal={this.changed}>
        {() => (
          <Content
            lab={this.lab}
            poll={this.poll}
            tab={this.tab}
            selectTab={tab => this.selectTab(tab === 'models' ? 'models' : 'runs')}
          />
        )}
      </UseSignal>
    );
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.poll.start();
    this.poll.refresh();
  }

  /** Move the focus to the tabs after a command, for keyboard users. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    // Wait for the first render, and for the command palette to restore the focus as it closes.
    window.requestAnimationFrame(() => {
      const tab = this.node.querySelector<HTMLElement>('[role=tab][aria-selected=true]');
      (tab ?? this.node).focus();
    });
  }

  private tab: 'runs' | 'models' = 'runs';
  private readonly changed = new Signal<this, void>(this);
  private readonly poll: RunsPoll;
}

function Content(props: {
  lab: ILab;
  poll: RunsPoll;
  tab: string;
  selectTab: (tab: string) => void;
}): JSX.Element {
  const { lab, poll, tab, selectTab } = props;
  const { trans } = lab;
  const [message, announce] = React.useState('');
  const [registering, setRegistering] = React.useState<IRunSummary | null>(null);
  React.useEffect(() => {
    const onStatusChanged = (_: RunsPoll, runs: IRunSummary[]): void => {
      const lines = runs.map(run =>
        trans.__('%1: %2', runName(run), formatStatus(run, trans))
      );
      announce(lines.join('. '));
    };
    poll.statusChanged.connect(onStatusChanged);
    return () => {
      poll.statusChanged.disconnect(onStatusChanged);
    };
  }, [poll]);
  return (
    <>
      <Announcer message={message} />
      <Tabs
        label={trans.__('AutoML')}
        selected={tab}
        select={selectTab}
        tabs={[
          {
            id: 'runs',
            label: trans.__('Runs'),
            content: () => (
              <Runs
                lab={lab}
                poll={poll}
                announce={announce}
                register={run => {
                  setRegistering(run);
                  selectTab('models');
                }}
              />
            )
          },
          {
            id: 'models',
            label: trans.__('Models'),
            content: () => (
              <Models
                lab={lab}
                announce={announce}
                runToRegister={registering}
                closeForm={() => setRegistering(null)}
              />
            )
          }
        ]}
      />
    </>
  );
}
