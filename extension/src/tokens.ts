import { ISignal } from '@lumino/signaling';
import { Token } from '@lumino/coreutils';

/** The user's settings. schema/plugin.json explains each. */
export interface IPreferences {
  pollingSeconds: number;
  runsShown: number;
  confirmStop: boolean;
  budgetSeconds: number;
  checkWhileTyping: boolean;
}

/** The current settings, and a signal when they change. */
export interface ISettings {
  readonly current: IPreferences;
  readonly changed: ISignal<ISettings, void>;
}

export const ISettings = new Token<ISettings>(
  '@automl-magic/lab:ISettings',
  'The settings of the AutoML extension.'
);

/** IDs of the extension's commands. */
export namespace Commands {
  export const wizard = 'automl-magic:wizard';
  export const newPlan = 'automl-magic:new-plan';
  export const showRuns = 'automl-magic:show-runs';
  export const showModels = 'automl-magic:show-models';
  export const showWhy = 'automl-magic:show-why';
  export const leaderboard = 'automl-magic:leaderboard';
  export const report = 'automl-magic:report';
  export const compare = 'automl-magic:compare';
  export const checkFile = 'automl-magic:check-file';
  export const planFile = 'automl-magic:plan-file';
  export const runFile = 'automl-magic:run-file';
  export const fileAsCode = 'automl-magic:file-as-code';
}

/** The translation domain of the extension. */
export const DOMAIN = 'automl_magic_lab';

/** The suffix of experiment files. */
export const SPEC_SUFFIX = '.automl.yaml';
