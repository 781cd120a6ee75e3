import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import * as React from 'react';

import { IRunSummary } from '../records';
import { automlIcon } from '../icons';
import { Announcer } from './announcer';
import { ILab } from './lab';
import { Models } from './models';
import { Runs } from './runs';
import { Tabs } from './tabs';
import { RunsWatch } from './watch';
import { runName, statusWord } from './words';

/** The sidebar "AutoML": runs and models. */
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
    this.watch = new RunsWatch(lab.api, lab.settings, () => this.isVisible);
  }

  /** Show one of the tabs. */
  choose(tab: 'runs' | 'models'): void {
    this.tab = tab;
    this.changed.emit();
  }

  override dispose(): void {
    this.watch.dispose();
    super.dispose();
  }

  render(): JSX.Element {
    return (
      <UseSignal signal={this.changed}>
        {() => (
          <Content
            lab={this.lab}
            watch={this.watch}
            tab={this.tab}
            choose={tab => this.choose(tab === 'models' ? 'models' : 'runs')}
          />
        )}
      </UseSignal>
    );
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.watch.start();
    this.watch.refresh();
  }

  /** Whoever came by a command goes on by keyboard from here. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    // Before the first drawing there is no tab yet; the palette gives the focus back as it closes.
    window.requestAnimationFrame(() => {
      const tab = this.node.querySelector<HTMLElement>('[role=tab][aria-selected=true]');
      (tab ?? this.node).focus();
    });
  }

  private tab: 'runs' | 'models' = 'runs';
  private readonly changed = new Signal<this, void>(this);
  private readonly watch: RunsWatch;
}

function Content(props: {
  lab: ILab;
  watch: RunsWatch;
  tab: string;
  choose: (tab: string) => void;
}): JSX.Element {
  const { lab, watch, tab, choose } = props;
  const { trans } = lab;
  const [sentence, announce] = React.useState('');
  const [registering, setRegistering] = React.useState<IRunSummary | null>(null);
  React.useEffect(() => {
    const onMoved = (_: RunsWatch, runs: IRunSummary[]): void => {
      const told = runs.map(run => `${runName(run)}: ${statusWord(run.status, trans)}`);
      announce(told.join('. '));
    };
    watch.moved.connect(onMoved);
    return () => {
      watch.moved.disconnect(onMoved);
    };
  }, [watch]);
  return (
    <>
      <Announcer sentence={sentence} />
      <Tabs
        label={trans.__('AutoML')}
        chosen={tab}
        choose={choose}
        tabs={[
          {
            id: 'runs',
            label: trans.__('Runs'),
            content: () => (
              <Runs
                lab={lab}
                watch={watch}
                announce={announce}
                register={run => {
                  setRegistering(run);
                  choose('models');
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
                registering={registering}
                registered={() => setRegistering(null)}
              />
            )
          }
        ]}
      />
    </>
  );
}
