/** Requests to a running server's API. */
import type { RunningServer } from '../../../../server/assemble.js';
import { eventually } from '../../../support/until.js';

/** What refusals have, and whatever else. */
export type Anything = Readonly<Record<string, unknown>> & { readonly detail: string };

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where the answer is JSON. */
  readonly body: Body;
}

/** @param content sent as JSON, or as it is where it is a text */
export async function ask<Body = Anything>({ url }: RunningServer, method: string, path: string, content?: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(content !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(content !== undefined && { body: typeof content === 'string' ? content : JSON.stringify(content) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : undefined) as Body };
}

/** Asks again until the answer fits. */
export function askUntil<Body = Anything>(server: RunningServer, path: string, fits: (body: Body) => boolean): Promise<Answer<Body>> {
  return eventually(path, () => ask<Body>(server, 'GET', path), { fits: ({ body }) => fits(body), everyMs: 5 });
}
