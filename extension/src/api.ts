import {
  IEvents,
  IModels,
  IPlacedNotebook,
  IRunDetail,
  IRunDiff,
  IRunPage,
  ISpecProblem,
  ISpecProblems,
  ISpecText,
  IStartedRun,
  IStoppedRun,
  IVersionSummary
} from './records';
import { Requests } from './request';

/** The subset of JSON Schema that the experiment file's schema uses. */
export interface ISchema {
  type?: string;
  description?: string;
  properties?: Record<string, ISchema>;
  enum?: string[];
  anyOf?: ISchema[];
}

/** Calls the routes of the server extension. */
export class Api {
  constructor(private readonly requests: Requests) {}

  runs(limit: number, skip = 0): Promise<IRunPage> {
    return this.requests.get('runs', { limit: `${limit}`, skip: `${skip}` });
  }

  run(runId: string): Promise<IRunDetail> {
    return this.requests.get(`runs/${runId}`);
  }

  events(runId: string, offset: number): Promise<IEvents> {
    return this.requests.get(`runs/${runId}/events`, { offset: `${offset}` });
  }

  stop(runId: string, cancel: boolean): Promise<IStoppedRun> {
    return this.requests.post(`runs/${runId}/stop`, { cancel });
  }

  rerun(runId: string): Promise<IStartedRun> {
    return this.requests.post(`runs/${runId}/rerun`, {});
  }

  explain(runId: string): Promise<IStartedRun> {
    return this.requests.post(`runs/${runId}/explain`, {});
  }

  notebook(runId: string, which: 'executed' | 'model'): Promise<IPlacedNotebook> {
    return this.requests.post(`runs/${runId}/notebook`, { which });
  }

  diff(a: string, b: string): Promise<IRunDiff> {
    return this.requests.get('diff', { a, b });
  }

  models(): Promise<IModels> {
    return this.requests.get('models');
  }

  register(runId: string, name: string): Promise<IVersionSummary> {
    return this.requests.post('models/register', { run_id: runId, name });
  }

  promote(name: string, version: number, alias: string): Promise<IVersionSummary> {
    return this.requests.post('models/promote', { name, version, alias });
  }

  schema(): Promise<ISchema> {
    return this.requests.get('schema');
  }

  template(budgetS: number): Promise<ISpecText> {
    return this.requests.get('template', { budget_s: `${budgetS}` });
  }

  /** Validate the text of an experiment file and return its errors. */
  async validate(text: string): Promise<ISpecProblem[]> {
    return (await this.requests.post<ISpecProblems>('validate', { text })).problems;
  }

  /** Return the URL of a run's page, for a frame or a browser tab. */
  pageUrl(name: 'leaderboard' | 'report', runId: string, isDark: boolean): string {
    return this.requests.address(`pages/${name}/${runId}`, { theme: isDark ? 'dark' : 'light' });
  }
}
