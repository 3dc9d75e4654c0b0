/** HTTP requests of the dashboard and the types of their answers. */
import type { AlertType, StationGlance } from '../../server/protocol/messages.js';
import type { Profile, Usual } from '../../server/tune/profile.js';
import { BASE } from './base.js';
import type { Share } from './model/day-clock.js';
import type { StationHistory } from './model/passages.js';

/** The fields of `GET /v1/model` that the dashboard shows or needs for drawing. */
export interface ModelCard {
  readonly name: string;
  readonly version: string;
  readonly labels: readonly string[];
  /** Absent if the model has none. */
  readonly tags?: readonly { readonly name: string }[];
  readonly blockColumns: number;
  readonly frontEnd: { readonly sampleRate: number; readonly hop: number; readonly bands: number; readonly fMin: number; readonly fMax: number };
}

/** What a visitor may do: manage stations, send audio, only view, or only sign in. */
export type Access = 'manage' | 'send' | 'view' | 'none';

export type Rule =
  | { readonly type: 'dead-air'; readonly belowDb: number; readonly forS: number; readonly endAfterS: number }
  | { readonly type: 'down'; readonly forS: number }
  | { readonly type: 'speech'; readonly forS: number; readonly endAfterS: number }
  | { readonly type: 'drift'; readonly expect: readonly string[]; readonly windowS: number; readonly minShare: number }
  | { readonly type: 'mood'; readonly minLively: number; readonly maxLively: number; readonly minHappy: number; readonly maxHappy: number; readonly forS: number; readonly endAfterS: number }
  | { readonly type: 'genre-changed'; readonly forS: number };

/** The settings of a station. */
export interface StationForm {
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly rules: readonly Rule[];
  readonly webhooks: readonly string[];
}

/** Format of a station's sound, as far as the server knows it. */
export interface SourceFormat {
  readonly contentType: string | null;
  readonly codec: string | null;
  readonly bitrateKbps?: number | null;
  readonly sampleRate?: number | null;
  readonly channels?: number | null;
}

/** Answer of `GET /v1/stations/ID`; the fields beyond `StationGlance` are sent only to visitors who may manage. */
export type StationInfo = StationGlance & Partial<StationForm & {
  /** Time of the next attempt, ISO 8601; null if none is scheduled. */
  readonly retryAt: string | null;
  readonly attempts: number;
  readonly source: SourceFormat | null;
  readonly decoder: { readonly exitCode: number | null; readonly signal: string | null; readonly lines: readonly string[] } | null;
}>;

/** What a station usually plays: one of `GET /v1/profiles`. */
export interface StationProfile extends Profile {
  readonly id: string;
  /** At this hour; null if too little is known. */
  readonly usual: Usual | null;
}

/** Answer of `GET /v1/stations/ID/profile`, as far as it is shown. */
export interface StationHabits {
  readonly days: number;
  readonly usual: Usual | null;
  readonly overall: Profile;
  /** Most alike first. */
  readonly alike: readonly { readonly id: string; readonly name: string; readonly likeness: number }[];
}

export interface StationAlert {
  readonly id: string | number;
  readonly type: AlertType;
  /** ISO 8601; `to` is null while the alert is open. */
  readonly from: string;
  readonly to: string | null;
  readonly sentence: string;
}

export interface ServerAlert extends StationAlert {
  readonly station: { readonly id: string; readonly name: string };
}

export interface History extends StationHistory {
  readonly alerts: readonly StationAlert[];
  readonly titles: readonly { readonly at: string; readonly title: string | null }[];
  readonly shares: readonly Share[];
}

export interface RequestOptions {
  readonly method?: string;
  readonly body?: unknown;
  /** The visitor's token. */
  readonly token?: string;
  readonly signal?: AbortSignal;
}

export type Fetch = (path: string, options?: RequestOptions) => Promise<Response>;

/** An error answer of the server, from its problem details (RFC 9457); the message is meant for people. */
export class ApiError extends Error {
  readonly status: number;
  /** The server's error code; empty if it sent none. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const browserFetch: Fetch = (path, { method = 'GET', body, token, signal } = {}) => globalThis.fetch(new URL(path, BASE), {
  method,
  cache: 'no-store',
  headers: { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...(token && { Authorization: `Bearer ${token}` }) },
  ...(body !== undefined && { body: JSON.stringify(body) }),
  ...(signal && { signal }),
});

/**
 * Returns the answer's JSON; undefined for 204.
 * @throws ApiError for an error status
 */
export async function requestJson(path: string, fetch: Fetch = browserFetch, options: RequestOptions = {}): Promise<unknown> {
  const response = await fetch(path, options);
  if (response.ok) return response.status === 204 ? undefined : response.json();
  const problem = await response.json().catch(() => ({})) as { code?: unknown; detail?: unknown }; // a proxy's error page is not JSON
  throw new ApiError(response.status, String(problem.code ?? ''), typeof problem.detail === 'string' ? problem.detail : `The server answered ${path} with ${response.status}.`);
}

/** Path of a station in the API. */
export function stationPath(id: string, rest = ''): string {
  return `v1/stations/${encodeURIComponent(id)}${rest}`;
}
