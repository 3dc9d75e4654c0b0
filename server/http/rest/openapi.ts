/** All routes under /v1 in one app, with their OpenAPI document and the page made from it. */
import { z, type OpenAPIHono } from '@hono/zod-openapi';
import { servedFile, type ServedFile } from '../static-files.js';
import { problem, PROBLEM_TYPE } from '../problem.js';
import { accessApi } from './access.js';
import { alertsApi } from './alerts.js';
import { newApi, type ApiParts } from './api.js';
import { audioApi } from './audio.js';
import { classifyApi } from './classify.js';
import { DOCS_CSS, docsPage, type ApiDocument } from './docs-page.js';
import { explainApi } from './explain.js';
import { healthApi } from './health.js';
import { historyApi } from './history.js';
import { posterApi } from './poster.js';
import { profilesApi } from './profiles.js';
import { mapApi } from './map.js';
import { modelApi } from './model.js';
import { stationsApi } from './stations.js';
import { streamsApi } from './streams.js';
import { similarApi } from './similar.js';
import { tokensApi } from './tokens.js';
import { tuneApi } from './tune.js';
import { tracksApi } from './tracks.js';

const ABOUT = `Live sound in, live genre out. Times are ISO 8601; requests may also use ms since 1970.
Errors are problem details (RFC 9457) with a stable error code in \`code\`. Requests that change something need a token with the role \`manage\`, unless the setting \`access\` is \`manage\`, and are rejected from pages of other sites.
Sound is sent and predictions are received over WebSockets; server/PROTOCOL.md describes their messages.`;

/** WebSocket addresses: a plain HTTP request gets status 426. */
const SOCKETS = [
  { path: '/v1/stream', summary: 'Send sound, receive predictions', description: 'After the upgrade the client sends `start`, then sound, then `stop`.' },
  { path: '/v1/streams/{id}/watch', summary: 'Watch a stream', description: 'With `?spectrogram=1`, `columns` messages are sent too.' },
  { path: '/v1/stations/watch', summary: 'Watch all stations', description: 'Sends the state of all stations once a second.' },
] as const;

export function restApi(parts: ApiParts): OpenAPIHono {
  const api = newApi();
  // Registered before the routes with an id: `watch` in /v1/stations/watch is not an id.
  for (const { path } of SOCKETS) {
    api.get(path.replace('{id}', ':id'), (context) => {
      const { status, ...rest } = problem('bad-message', 'This address is for WebSockets: connect with ws:// or wss://.', 426);
      return context.body(JSON.stringify({ status, ...rest }), 426, { 'Content-Type': PROBLEM_TYPE, Upgrade: 'websocket' });
    });
  }
  for (const part of [stationsApi(parts), audioApi(parts), historyApi(parts), posterApi(parts), profilesApi(parts), alertsApi(parts), modelApi(parts), streamsApi(parts), classifyApi(parts), explainApi(parts), tracksApi(parts), similarApi(parts), mapApi(parts), tuneApi(parts), accessApi(parts), tokensApi(parts), healthApi(parts)]) api.route('/', part);
  for (const { path, ...words } of SOCKETS) {
    api.openAPIRegistry.registerPath({
      method: 'get', path, tags: ['WebSockets'], ...words,
      ...(path.includes('{id}') && { request: { params: z.object({ id: z.string() }) } }),
      responses: { 101: { description: 'Upgraded to a WebSocket' }, 426: { description: '`bad-message`: the request is not an upgrade' } },
    });
  }

  api.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer', description: 'An API token, or the one set with --admin-token' });
  return api;
}

/**
 * The OpenAPI document and the page made from it, at their URL paths. They are made for the first request, since
 * making them takes as long as all other work of a server's start.
 * @param version the server's version
 */
export function documentFiles(api: OpenAPIHono, version: string): (path: string) => ServedFile | undefined {
  let document: ReturnType<OpenAPIHono['getOpenAPI31Document']> | undefined;
  const describe = (): NonNullable<typeof document> => (document ??= api.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'livegenre', version, description: ABOUT }, servers: [{ url: '/' }] }));
  const makers: ReadonlyMap<string, () => ServedFile> = new Map([
    ['/openapi.json', () => file(JSON.stringify(describe()), 'application/json')],
    ['/docs', () => file(docsPage(describe() as unknown as ApiDocument), 'text/html; charset=utf-8')],
    ['/docs.css', () => file(DOCS_CSS, 'text/css; charset=utf-8')],
  ]);
  const made = new Map<string, ServedFile>();
  return (path) => {
    const make = makers.get(path);
    if (make && !made.has(path)) made.set(path, make());
    return made.get(path);
  };
}

function file(text: string, contentType: string): ServedFile {
  return servedFile(new TextEncoder().encode(text), contentType);
}
