/** What the dashboard asks over plain HTTP. */
import type { StreamInfo } from '../../server/protocol.js';

/** The fields of `GET /v1/model` that are shown or needed to draw. */
export interface ModelCard {
  readonly name: string;
  readonly version: string;
  readonly labels: readonly string[];
  readonly blockColumns: number;
  readonly frontEnd: { readonly sampleRate: number; readonly hop: number; readonly bands: number; readonly fMin: number; readonly fMax: number };
}

export type Fetch = (path: string) => Promise<Response>;

async function get(path: string, fetch: Fetch): Promise<unknown> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`The server answered ${path} with ${response.status}.`);
  return response.json();
}

const browserFetch: Fetch = (path) => globalThis.fetch(path, { cache: 'no-store' });

export async function fetchModel(fetch: Fetch = browserFetch): Promise<ModelCard> {
  return await get('v1/model', fetch) as ModelCard;
}

export async function fetchStreams(fetch: Fetch = browserFetch): Promise<readonly StreamInfo[]> {
  return (await get('v1/streams', fetch) as { streams: StreamInfo[] }).streams;
}
