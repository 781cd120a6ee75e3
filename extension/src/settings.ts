import { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

import { IPreferences, ISettings } from './tokens';

const DEFAULTS: IPreferences = {
  pollingSeconds: 3,
  runsShown: 30,
  confirmStop: true,
  budgetSeconds: 60,
  checkWhileTyping: true
};

class Settings implements ISettings {
  readonly changed = new Signal<this, void>(this);
  private preferences = DEFAULTS;

  get current(): IPreferences {
    return this.preferences;
  }

  follow(settings: ISettingRegistry.ISettings): void {
    const update = (): void => {
      this.preferences = {
        ...DEFAULTS,
        ...(settings.composite as unknown as Partial<IPreferences>)
      };
      this.changed.emit();
    };
    settings.changed.connect(update);
    update();
  }
}

export const settingsPlugin: JupyterFrontEndPlugin<ISettings> = {
  id: '@automl-magic/lab:plugin',
  description: 'Provides the settings of the AutoML extension.',
  autoStart: true,
  provides: ISettings,
  optional: [ISettingRegistry],
  activate: (_: JupyterFrontEnd, registry: ISettingRegistry | null): ISettings => {
    const settings = new Settings();
    // The defaults apply until the settings are loaded, so activation doesn't wait.
    registry
      ?.load(settingsPlugin.id)
      .then(loaded => settings.follow(loaded))
      .catch(() => undefined);
    return settings;
  }
};
