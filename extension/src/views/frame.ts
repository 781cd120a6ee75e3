import { IThemeManager } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

/** A finished page of the server in a frame that may do nothing: no script, no form, no cookies. */
export class PageFrame extends Widget {
  constructor(
    private readonly address: (isDark: boolean) => string,
    label: string,
    private readonly themes: IThemeManager | null
  ) {
    super({ node: document.createElement('iframe') });
    this.addClass('jp-AutoML-frame');
    this.frame.setAttribute('sandbox', '');
    this.frame.title = label;
    this.load();
    themes?.themeChanged.connect(this.load, this);
  }

  override dispose(): void {
    this.themes?.themeChanged.disconnect(this.load, this);
    super.dispose();
  }

  private load(): void {
    this.frame.src = this.address(isDark(this.themes));
  }

  private get frame(): HTMLIFrameElement {
    return this.node as HTMLIFrameElement;
  }
}

/** Whether the lab is dark now. */
export function isDark(themes: IThemeManager | null): boolean {
  return themes?.theme ? !themes.isLight(themes.theme) : false;
}
