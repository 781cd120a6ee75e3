import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** An error of the server in its three parts: what happened, why, and what to do next. */
export class Refused extends Error {
  constructor(
    readonly what: string,
    readonly why: string,
    readonly fix: string
  ) {
    super(`${what} ${why} ${fix}`);
  }
}

/** The one place that speaks HTTP with the server side of this extension. */
export class Requests {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** The address of a route, for a frame or a browser tab. */
  address(path: string, query: Record<string, string> = {}): string {
    const url = URLExt.join(this.settings.baseUrl, 'automl-magic/api', path);
    return url + URLExt.objectToQueryString(query);
  }

  /** Read what a route answers. */
  async get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    return this.send<T>(this.address(path, query), { method: 'GET' });
  }

  /** Ask a route to do something. */
  async post<T>(path: string, body: object): Promise<T> {
    return this.send<T>(this.address(path), {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' }
    });
  }

  private async send<T>(url: string, init: RequestInit): Promise<T> {
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this.settings);
    } catch (error) {
      throw new Refused(
        'The Jupyter server does not answer.',
        error instanceof Error ? error.message : String(error),
        'Check that it still runs, then try again.'
      );
    }
    const text = await response.text();
    if (!response.ok) {
      throw refusal(text, response.status);
    }
    return JSON.parse(text) as T;
  }
}

/** Anything that was thrown, as an error in three parts. */
export function asRefused(error: unknown): Refused {
  if (error instanceof Refused) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new Refused('This did not work.', message, 'Try again.');
}

function refusal(text: string, status: number): Refused {
  try {
    const told = JSON.parse(text) as Partial<Refused>;
    if (told.what && told.why && told.fix) {
      return new Refused(told.what, told.why, told.fix);
    }
  } catch {
    // A proxy before the server answers with a page of its own.
  }
  return new Refused(
    'The server did not answer as expected.',
    `It answered with status ${status}.`,
    'Check that automl-magic is installed in the environment of the Jupyter server.'
  );
}
