import { CommandRegistry } from '@lumino/commands';
import { TranslationBundle } from '@jupyterlab/translation';

import { Api } from '../api';
import { ISettings } from '../tokens';

/** The services of the lab that the sidebar uses. */
export interface ILab {
  api: Api;
  trans: TranslationBundle;
  commands: CommandRegistry;
  settings: ISettings;
  /** Open a file of the server. */
  open: (path: string) => void;
}
