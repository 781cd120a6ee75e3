import * as React from 'react';

import { IModels, IRunSummary, IVersionSummary } from '../records';
import { Failed, Shown, useLoadable } from '../loading';
import { asRefused, Refused } from '../request';
import { ILab } from './lab';

/** The registered models with their versions; registering a run's model, and moving an alias. */
export function Models(props: {
  lab: ILab;
  announce: (sentence: string) => void;
  registering: IRunSummary | null;
  registered: () => void;
}): JSX.Element {
  const { lab, announce, registering, registered } = props;
  const { trans } = lab;
  const [models, again] = useLoadable(() => lab.api.models(), []);
  return (
    <>
      {registering && (
        <Register
          lab={lab}
          run={registering}
          known={models.state === 'loaded' ? models.value.models.map(model => model.name) : []}
          done={version => {
            if (version) {
              announce(trans.__('%1 has version %2 now.', version.name, version.version));
              again();
            }
            registered();
          }}
        />
      )}
      <div className="jp-AutoML-bar">
        <button type="button" className="jp-AutoML-button" onClick={again}>
          {trans.__('Look again')}
        </button>
      </div>
      <Shown loadable={models} trans={trans} again={again}>
        {value =>
          value.models.length ? (
            value.models.map(model => (
              <Model
                key={model.name}
                lab={lab}
                model={model}
                aliases={value.aliases}
                promoted={version => {
                  announce(
                    trans.__('Version %1 is now %2.', version.version, version.aliases.join(', '))
                  );
                  again();
                }}
              />
            ))
          ) : (
            <p className="jp-AutoML-empty">
              {trans.__('No model is registered yet. Open a run and choose Register.')}
            </p>
          )
        }
      </Shown>
    </>
  );
}

function Register(props: {
  lab: ILab;
  run: IRunSummary;
  known: string[];
  done: (version: IVersionSummary | null) => void;
}): JSX.Element {
  const { lab, run, known, done } = props;
  const { trans } = lab;
  const [name, setName] = React.useState('');
  const [isBusy, setBusy] = React.useState(false);
  const [error, setError] = React.useState<Refused | null>(null);
  const submit = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      done(await lab.api.register(run.run_id, name));
    } catch (thrown) {
      setError(asRefused(thrown));
      setBusy(false);
    }
  };
  return (
    <form className="jp-AutoML-form" onSubmit={submit}>
      <h3>{trans.__('Register the model of %1', run.name)}</h3>
      <label htmlFor="jp-AutoML-model-name">{trans.__('Name of the model')}</label>
      <input
        id="jp-AutoML-model-name"
        type="text"
        required
        autoFocus
        maxLength={120}
        list="jp-AutoML-model-names"
        value={name}
        aria-describedby="jp-AutoML-model-help"
        onChange={event => setName(event.target.value)}
      />
      <datalist id="jp-AutoML-model-names">
        {known.map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <p id="jp-AutoML-model-help" className="jp-AutoML-soft">
        {trans.__('A name that is there gets another version. It begins with a letter.')}
      </p>
      {error && <Failed error={error} trans={trans} />}
      <div className="jp-AutoML-actions">
        <button type="submit" className="jp-AutoML-button" disabled={isBusy}>
          {isBusy ? trans.__('Registering…') : trans.__('Register')}
        </button>
        <button type="button" className="jp-AutoML-button" onClick={() => done(null)}>
          {trans.__('Cancel')}
        </button>
      </div>
    </form>
  );
}

function Model(props: {
  lab: ILab;
  model: IModels['models'][0];
  aliases: string[];
  promoted: (version: IVersionSummary) => void;
}): JSX.Element {
  const { lab, model, aliases, promoted } = props;
  const { trans } = lab;
  const [error, setError] = React.useState<Refused | null>(null);
  const promote = async (version: IVersionSummary, alias: string): Promise<void> => {
    setError(null);
    try {
      promoted(await lab.api.promote(version.name, version.version, alias));
    } catch (thrown) {
      setError(asRefused(thrown));
    }
  };
  return (
    <section className="jp-AutoML-model">
      <h3>{model.name}</h3>
      <ul className="jp-AutoML-list" aria-label={trans.__('Versions of %1', model.name)}>
        {model.versions.map(version => (
          <li key={version.version} className="jp-AutoML-item">
            <p>
              <b>{trans.__('Version %1', version.version)}</b>
              {version.aliases.map(alias => (
                <span key={alias} className="jp-AutoML-alias">
                  {alias}
                </span>
              ))}
            </p>
            <p className="jp-AutoML-soft">
              {trans.__('made by run')} <code>{version.run_id}</code>
            </p>
            <Promote lab={lab} version={version} aliases={aliases} promote={promote} />
          </li>
        ))}
      </ul>
      {error && <Failed error={error} trans={trans} />}
    </section>
  );
}

function Promote(props: {
  lab: ILab;
  version: IVersionSummary;
  aliases: string[];
  promote: (version: IVersionSummary, alias: string) => Promise<void>;
}): JSX.Element {
  const { lab, version, aliases, promote } = props;
  const { trans } = lab;
  const free = aliases.filter(alias => !version.aliases.includes(alias));
  const [alias, setAlias] = React.useState('');
  const chosen = free.includes(alias) ? alias : free[0];
  return (
    <div className="jp-AutoML-promote">
      <select
        value={chosen}
        aria-label={trans.__('New alias of version %1 of %2', version.version, version.name)}
        onChange={event => setAlias(event.target.value)}
      >
        {free.map(one => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="jp-AutoML-button"
        aria-label={trans.__('Promote version %1 of %2', version.version, version.name)}
        onClick={() => void promote(version, chosen)}
      >
        {trans.__('Promote')}
      </button>
    </div>
  );
}
