/**
 * Shared parts of all routes under /v1: dependencies and error responses. Each route has one
 * description, which validates its requests and generates /openapi.json.
 */
import type { IncomingMessage } from 'node:http';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiTokens } from '../../access/api-tokens.js';
import type { SignedTokens } from '../../access/signed-tokens.js';
import { validationMessage } from '../../protocol/validation-message.js';
import type { HealthReport } from '../../protocol/health.js';
import type { Flow } from '../client-limits.js';
import { PROBLEM_TYPE } from '../problem.js';
import type { AlikeLibrary } from '../../library/alike/library.js';
import type { LibraryListing } from '../../library/browse/listing.js';
import type { SentFiles } from '../../files/sent-files.js';
import type { Explanations } from '../../inspect/explanations.js';
import { ERRORS, ProtocolError, type ErrorCode } from '../../protocol/errors.js';
import type { ReloadedModel } from '../../protocol/messages.js';
import type { Settings } from '../../settings.js';
import type { TunedListeners } from '../../relay/tuned-listeners.js';
import type { AudioListeners } from '../../stations/audio-listeners.js';
import type { Profiles } from '../../stations/profiles.js';
import type { Station } from '../../stations/station.js';
import type { Stations } from '../../stations/stations.js';
import type { HistoryStore } from '../../store/store.js';
import type { Elsewhere } from '../../streams/elsewhere.js';
import type { Streams } from '../../streams/streams.js';

export interface ApiParts {
  readonly tokens: { readonly api: ApiTokens; readonly signed: SignedTokens };
  /** Reads the model folder again. @throws ProtocolError `bad-model`, `too-many-models` or `going-away` */
  readonly reloadModel: () => Promise<ReloadedModel>;
  readonly streams: Streams;
  /** Streams of other nodes, if there are any. */
  readonly elsewhere?: Pick<Elsewhere, 'info' | 'list'> | undefined;
  readonly stations: Stations;
  readonly listeners: AudioListeners;
  readonly tuned: TunedListeners;
  readonly files: SentFiles;
  readonly explanations: Explanations;
  /** Undefined if no history is kept. */
  readonly history: HistoryStore | undefined;
  /** Made from the history; undefined if none is kept. */
  readonly profiles: Profiles | undefined;
  /** Undefined if none is named. */
  readonly library?: AlikeLibrary | undefined;
  /** All tracks of the same library. */
  readonly listing?: LibraryListing | undefined;
  readonly health: { report(): Promise<HealthReport> };
  /** What the client of a request may still send; undefined if that is not limited. */
  readonly flowOf: (request: IncomingMessage) => Flow | undefined;
  readonly settings: Settings;
  /** The current time, ms since 1970. */
  readonly now: () => number;
}

export function newApi(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw new ProtocolError('bad-request', `${result.error.issues.map(validationMessage).join('. ')}.`);
    },
  });
}

/** @throws ProtocolError `bad-request` */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new ProtocolError('bad-request', `${result.error.issues.map(validationMessage).join('. ')}.`);
  return result.data;
}

/** The body written by `server/http/problem.ts`. */
const problemSchema = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  detail: z.string().meta({ description: 'What happened and what to do about it' }),
  code: z.string().meta({ description: 'Stable error code' }),
}).meta({ id: 'Problem', description: 'An error response (RFC 9457)' });

/** The error responses of a route, described by the protocol's table of errors. */
export function errorResponses(...codes: ErrorCode[]) {
  return Object.fromEntries(codes.map((code) => {
    const { status } = ERRORS[code];
    // Several codes may share a status.
    const description = codes.filter((each) => ERRORS[each].status === status).map((each) => `\`${each}\`: ${ERRORS[each].meaning}`).join('; ');
    return [status, { description, content: { [PROBLEM_TYPE]: { schema: problemSchema } } }];
  }));
}

/** @throws ProtocolError `not-found` */
export function requireStation(stations: Stations, id: string): Station {
  const station = stations.get(id);
  if (!station) throw new ProtocolError('not-found', `There is no station ${JSON.stringify(id)}; GET /v1/stations lists all of them.`);
  return station;
}

/** The error of a request to a server without a library. */
export function noLibrary(): ProtocolError {
  return new ProtocolError('not-found', 'This server has no library. The operator can name one with --library.');
}

/** @throws ProtocolError `not-found` */
export function requireListing({ listing }: ApiParts): LibraryListing {
  if (!listing) throw noLibrary();
  return listing;
}

/** @throws ProtocolError `not-kept` */
export function requireHistory({ history }: ApiParts): HistoryStore {
  if (!history) throw new ProtocolError('not-kept', 'This server keeps no history. The operator can enable it with --stations FILE or --database FILE.');
  return history;
}
