import { CommandRegistry } from '@lumino/commands';
import { TranslationBundle } from '@jupyterlab/translation';

import { Api } from '../api';
import { ISettings } from '../tokens';

/** What every part of the sidebar needs of the lab around it. */
export interface ILab {
  api: Api;
  trans: TranslationBundle;
  commands: CommandRegistry;
  settings: ISettings;
  /** Open a file of the server. */
  open: (path: string) => void;
}
