import * as React from 'react';

import { IModels, IRunSummary, IVersionSummary } from '../records';
import { ErrorMessage, LoadableView, useLoadable } from '../loading';
import { asRequestError, RequestError } from '../request';
import { sentence } from '../sentence';
import { ILab } from './lab';

/** The registered models with their versions, and the form that registers a run's model. */
export function Models(props: {
  lab: ILab;
  announce: (message: string) => void;
  runToRegister: IRunSummary | null;
  closeForm: () => void;
}): JSX.Element {
  const { lab, announce, runToRegister, closeForm } = props;
  const { trans } = lab;
  const [models, reload] = useLoadable(() => lab.api.models(), []);
  return (
    <>
      {runToRegister && (
        <RegisterForm
          lab={lab}
          run={runToRegister}
          names={models.state === 'loaded' ? models.value.models.map(model => model.name) : []}
          close={version => {
            if (version) {
              announce(trans.__('Registered %1 version %2.', version.name, version.version));
              reload();
            }
            closeForm();
          }}
        />
      )}
      <div className="jp-AutoML-bar">
        <button type="button" className="jp-AutoML-button" onClick={reload}>
          {trans.__('Refresh')}
        </button>
      </div>
      <LoadableView loadable={models} trans={trans} reload={reload}>
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
                    trans.__(
                      '%1 version %2 now has these aliases: %3.',
                      version.name,
                      version.version,
                      version.aliases.join(', ')
                    )
                  );
                  reload();
                }}
              />
            ))
          ) : (
            <p className="jp-AutoML-empty">
              {trans.__('No registered models yet. To register one, open a run and click Register.')}
            </p>
          )
        }
      </LoadableView>
    </>
  );
}

function RegisterForm(props: {
  lab: ILab;
  run: IRunSummary;
  names: string[];
  close: (version: IVersionSummary | null) => void;
}): JSX.Element {
  const { lab, run, names, close } = props;
  const { trans } = lab;
  const [name, setName] = React.useState('');
  const [isBusy, setBusy] = React.useState(false);
  const [error, setError] = React.useState<RequestError | null>(null);
  const submit = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      close(await lab.api.register(run.run_id, name));
    } catch (thrown) {
      setError(asRequestError(thrown));
      setBusy(false);
    }
  };
  return (
    <form className="jp-AutoML-form" onSubmit={submit}>
      <h3>{trans.__('Register the model of %1', run.name)}</h3>
      <label htmlFor="jp-AutoML-model-name">{trans.__('Model name')}</label>
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
        {names.map(existing => (
          <option key={existing} value={existing} />
        ))}
      </datalist>
      <p id="jp-AutoML-model-help" className="jp-AutoML-soft">
        {trans.__('Start with a letter. If the name exists, the model becomes a new version.')}
      </p>
      {error && <ErrorMessage error={error} trans={trans} />}
      <div className="jp-AutoML-actions">
        <button type="submit" className="jp-AutoML-button" disabled={isBusy}>
          {isBusy ? trans.__('Registering…') : trans.__('Register')}
        </button>
        <button type="button" className="jp-AutoML-button" onClick={() => close(null)}>
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
  const [error, setError] = React.useState<RequestError | null>(null);
  const promote = async (version: IVersionSummary, alias: string): Promise<void> => {
    setError(null);
    try {
      promoted(await lab.api.promote(version.name, version.version, alias));
    } catch (thrown) {
      setError(asRequestError(thrown));
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
              {sentence(trans.__('From run %1', '%1'), <code>{version.run_id}</code>)}
            </p>
            <Promote lab={lab} version={version} aliases={aliases} promote={promote} />
          </li>
        ))}
      </ul>
      {error && <ErrorMessage error={error} trans={trans} />}
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
  const available = aliases.filter(alias => !version.aliases.includes(alias));
  const [alias, setAlias] = React.useState('');
  const selected = available.includes(alias) ? alias : available[0];
  return (
    <div className="jp-AutoML-promote">
      <select
        value={selected}
        aria-label={trans.__('New alias for %1 version %2', version.name, version.version)}
        onChange={event => setAlias(event.target.value)}
      >
        {available.map(option => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="jp-AutoML-button"
        aria-label={trans.__('Promote %1 version %2', version.name, version.version)}
        onClick={() => void promote(version, selected)}
      >
        {trans.__('Promote')}
      </button>
    </div>
  );
}
