import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

import { IPreferences, ISettings } from './tokens';

const USUAL: IPreferences = {
  pollingSeconds: 3,
  runsShown: 30,
  confirmStop: true,
  budgetSeconds: 60,
  checkWhileTyping: true
};

class Settings implements ISettings {
  readonly changed = new Signal<this, void>(this);
  private current = USUAL;

  get now(): IPreferences {
    return this.current;
  }

  follow(settings: ISettingRegistry.ISettings): void {
    const read = (): void => {
      this.current = { ...USUAL, ...(settings.composite as unknown as Partial<IPreferences>) };
      this.changed.emit();
    };
    settings.changed.connect(read);
    read();
  }
}

export const settingsPlugin: JupyterFrontEndPlugin<ISettings> = {
  id: '@automl-magic/lab:plugin',
  description: 'The settings of the AutoML extension.',
  autoStart: true,
  provides: ISettings,
  optional: [ISettingRegistry],
  activate: (_: JupyterFrontEnd, registry: ISettingRegistry | null): ISettings => {
    const settings = new Settings();
    // Without them, the usual values are as good: nothing waits for the settings.
    registry
      ?.load(settingsPlugin.id)
      .then(loaded => settings.follow(loaded))
      .catch(() => undefined);
    return settings;
  }
};
