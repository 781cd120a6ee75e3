import { ISignal } from '@lumino/signaling';
import { Token } from '@lumino/coreutils';

/** What a person has set: see schema/plugin.json, where each is explained. */
export interface IPreferences {
  pollingSeconds: number;
  runsShown: number;
  confirmStop: boolean;
  budgetSeconds: number;
  checkWhileTyping: boolean;
}

/** The settings as they are now, and a signal when they change. */
export interface ISettings {
  readonly now: IPreferences;
  readonly changed: ISignal<ISettings, void>;
}

export const ISettings = new Token<ISettings>(
  '@automl-magic/lab:ISettings',
  'The settings of the AutoML extension.'
);

/** The commands of this extension. */
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

/** The domain of the extension's translations. */
export const DOMAIN = 'automl_magic_lab';

/** The ending of an experiment file's name. */
export const SPEC_SUFFIX = '.automl.yaml';
