import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

/** An error in three parts: what happened, why, and what to do. */
export class RequestError extends Error {
  constructor(
    readonly what: string,
    readonly why: string,
    readonly fix: string
  ) {
    super(`${what} ${why} ${fix}`);
  }
}

/** Sends all HTTP requests to the server extension. */
export class Requests {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** Return the URL of a route, for a frame or a browser tab. */
  address(path: string, query: Record<string, string> = {}): string {
    const url = URLExt.join(this.settings.baseUrl, 'automl-magic/api', path);
    return url + URLExt.objectToQueryString(query);
  }

  async get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    return this.send<T>(this.address(path, query), { method: 'GET' });
  }

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
      throw new RequestError(
        "The Jupyter server isn't responding.",
        error instanceof Error ? error.message : String(error),
        'Check that the server is running, then try again.'
      );
    }
    const text = await response.text();
    if (!response.ok) {
      throw responseError(text, response.status);
    }
    return JSON.parse(text) as T;
  }
}

/** Convert anything thrown to a RequestError. */
export function asRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new RequestError('The action failed.', message, 'Try again.');
}

function responseError(text: string, status: number): RequestError {
  try {
    const error = JSON.parse(text) as Partial<RequestError>;
    if (error.what && error.why && error.fix) {
      return new RequestError(error.what, error.why, error.fix);
    }
  } catch {
    // The response comes from a proxy in front of the server.
  }
  return new RequestError(
    'The server sent an unexpected response.',
    `Its status is ${status}.`,
    "Check that automl-magic is installed in the Jupyter server's environment."
  );
}
