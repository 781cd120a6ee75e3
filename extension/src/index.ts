import { panelPlugin } from './panel/plugin';
import { settingsPlugin } from './settings';
import { specPlugin } from './spec/plugin';
import { viewsPlugin } from './views/plugin';
import { whyPlugin } from './why';
import { openPlugin, runOncePlugin, wizardPlugin } from './wizard';

export default [
  settingsPlugin,
  wizardPlugin,
  runOncePlugin,
  openPlugin,
  panelPlugin,
  viewsPlugin,
  specPlugin,
  whyPlugin
];
