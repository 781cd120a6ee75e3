import { Requests } from './request';

/** A score with its interval. */
export interface IScore {
  metric: string;
  score: number;
  low: number | null;
  high: number | null;
}

/** How far a run is that goes on. */
export interface IProgress {
  cells_done: number;
  n_cells: number;
  trials: number;
  best: number | null;
  left_s: number | null;
}

/** What a list shows of a run. */
export interface IRun {
  run_id: string;
  kind: string;
  status: string;
  is_over: boolean;
  name: string;
  notebook: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  rerun_of: string | null;
  best: string | null;
  score: IScore | null;
  is_holdout: boolean;
  n_trials: number | null;
  failure: string | null;
  has_model: boolean;
  has_leaderboard: boolean;
  is_explained: boolean;
  progress: IProgress | null;
}

/** One trial of a run. */
export interface ITrial {
  number: number;
  candidate: string;
  state: string;
  score: number | null;
  fit_s: number;
  reason: string;
}

/** A run with the trials that it has made so far. */
export interface IRunDetail extends IRun {
  trials: ITrial[];
  advice: string[];
}

/** One version of a registered model. */
export interface IModelVersion {
  name: string;
  version: number;
  run_id: string;
  uri: string;
  aliases: string[];
}

/** The registered models, and the aliases that there can be. */
export interface IModels {
  models: { name: string; versions: IModelVersion[] }[];
  aliases: string[];
}

/** What changed from one run to another. */
export interface IDifference {
  before: string;
  after: string;
  changes: { about: string; words: string }[];
  cells: { cell_id: string; kind: string; diff: string }[];
}

/** One thing that is wrong in an experiment file. */
export interface IProblem {
  line: number;
  what: string;
  why: string;
  fix: string;
}

/** The part of JSON Schema that the experiment file's schema is written in. */
export interface ISchema {
  type?: string;
  description?: string;
  properties?: Record<string, ISchema>;
  enum?: string[];
  anyOf?: ISchema[];
}

/** The routes of the server side, by what they are for. */
export class Api {
  constructor(private readonly requests: Requests) {}

  runs(limit: number, skip = 0): Promise<{ runs: IRun[]; more: boolean }> {
    return this.requests.get('runs', { limit: `${limit}`, skip: `${skip}` });
  }

  run(runId: string): Promise<IRunDetail> {
    return this.requests.get(`runs/${runId}`);
  }

  events(runId: string, offset: number): Promise<{ events: object[]; offset: number }> {
    return this.requests.get(`runs/${runId}/events`, { offset: `${offset}` });
  }

  stop(runId: string, cancel: boolean): Promise<{ run_id: string }> {
    return this.requests.post(`runs/${runId}/stop`, { cancel });
  }

  rerun(runId: string): Promise<{ run_id: string }> {
    return this.requests.post(`runs/${runId}/rerun`, {});
  }

  explain(runId: string): Promise<{ run_id: string }> {
    return this.requests.post(`runs/${runId}/explain`, {});
  }

  notebook(runId: string, which: 'executed' | 'model'): Promise<{ path: string }> {
    return this.requests.post(`runs/${runId}/notebook`, { which });
  }

  diff(a: string, b: string): Promise<IDifference> {
    return this.requests.get('diff', { a, b });
  }

  models(): Promise<IModels> {
    return this.requests.get('models');
  }

  register(runId: string, name: string): Promise<IModelVersion> {
    return this.requests.post('models/register', { run_id: runId, name });
  }

  promote(name: string, version: number, alias: string): Promise<IModelVersion> {
    return this.requests.post('models/promote', { name, version, alias });
  }

  schema(): Promise<ISchema> {
    return this.requests.get('schema');
  }

  template(budgetS: number): Promise<{ name: string; text: string }> {
    return this.requests.get('template', { budget_s: `${budgetS}` });
  }

  async problems(text: string): Promise<IProblem[]> {
    return (await this.requests.post<{ problems: IProblem[] }>('validate', { text })).problems;
  }

  /** The address of a run's page; it is shown in a frame or a browser tab. */
  page(name: 'leaderboard' | 'report', runId: string, isDark: boolean): string {
    return this.requests.address(`pages/${name}/${runId}`, { theme: isDark ? 'dark' : 'light' });
  }
}
