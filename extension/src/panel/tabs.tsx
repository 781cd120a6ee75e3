import * as React from 'react';

/** A tab and its content. */
export interface ITab {
  id: string;
  label: string;
  content: () => JSX.Element;
}

/** Accessible tabs: arrow keys, Home and End select a tab, and Tab leaves the tab list. */
export function Tabs(props: {
  label: string;
  tabs: ITab[];
  selected: string;
  select: (id: string) => void;
}): JSX.Element {
  const { label, tabs, selected, select } = props;
  const list = React.useRef<HTMLDivElement>(null);
  const index = tabs.findIndex(tab => tab.id === selected);
  const targets: Record<string, number> = {
    ArrowRight: (index + 1) % tabs.length,
    ArrowLeft: (index + tabs.length - 1) % tabs.length,
    Home: 0,
    End: tabs.length - 1
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const target = targets[event.key];
    if (target !== undefined) {
      event.preventDefault();
      select(tabs[target].id);
      (list.current?.children[target] as HTMLElement | undefined)?.focus();
    }
  };
  return (
    <>
      <div
        role="tablist"
        aria-label={label}
        className="jp-AutoML-tabs"
        ref={list}
        onKeyDown={onKeyDown}
      >
        {tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`jp-AutoML-tab-${tab.id}`}
            aria-controls={`jp-AutoML-tabpanel-${tab.id}`}
            aria-selected={tab.id === selected}
            tabIndex={tab.id === selected ? 0 : -1}
            onClick={() => select(tab.id)}
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
          hidden={tab.id !== selected}
          className="jp-AutoML-tabpanel"
        >
          {tab.id === selected && tab.content()}
        </div>
      ))}
    </>
  );
}
