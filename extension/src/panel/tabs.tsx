import * as React from 'react';

/** One tab: its label and what it shows. */
export interface ITab {
  id: string;
  label: string;
  content: () => JSX.Element;
}

/** Tabs as screen readers know them: arrows move, Home and End jump, one stop for Tab. */
export function Tabs(props: {
  label: string;
  tabs: ITab[];
  chosen: string;
  choose: (id: string) => void;
}): JSX.Element {
  const { label, tabs, chosen, choose } = props;
  const list = React.useRef<HTMLDivElement>(null);
  const at = tabs.findIndex(tab => tab.id === chosen);
  const moves: Record<string, number> = {
    ArrowRight: (at + 1) % tabs.length,
    ArrowLeft: (at + tabs.length - 1) % tabs.length,
    Home: 0,
    End: tabs.length - 1
  };
  const move = (event: React.KeyboardEvent): void => {
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      choose(tabs[to].id);
      (list.current?.children[to] as HTMLElement | undefined)?.focus();
    }
  };
  return (
    <>
      <div role="tablist" aria-label={label} className="jp-AutoML-tabs" ref={list} onKeyDown={move}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`jp-AutoML-tab-${tab.id}`}
            aria-controls={`jp-AutoML-tabpanel-${tab.id}`}
            aria-selected={tab.id === chosen}
            tabIndex={tab.id === chosen ? 0 : -1}
            onClick={() => choose(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      {tabs.map(tab => (
        <div
          key={tab.id}
          role="tabpanel"
          id={`jp-AutoML-tabpanel-${tab.id}`}
          aria-labelledby={`jp-AutoML-tab-${tab.id}`}
          hidden={tab.id !== chosen}
          className="jp-AutoML-tabpanel"
        >
          {tab.id === chosen && tab.content()}
        </div>
      ))}
    </>
  );
}
