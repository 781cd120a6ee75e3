import { IThemeManager } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

/** A page of the server in a sandboxed frame without permissions: no scripts, forms or cookies. */
export class PageFrame extends Widget {
  constructor(
    private readonly url: (isDark: boolean) => string,
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
    this.frame.src = this.url(isDark(this.themes));
  }

  private get frame(): HTMLIFrameElement {
    return this.node as HTMLIFrameElement;
  }
}

/** Return whether the lab's theme is dark. */
export function isDark(themes: IThemeManager | null): boolean {
  return themes?.theme ? !themes.isLight(themes.theme) : false;
}
