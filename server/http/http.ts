/** Everything over plain HTTP: health, metrics, the API under /v1, and the dashboard's files. */
import type { IncomingMessage } from 'node:http';
import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { endedBy } from './ended-by.js';
import { fileAt, type ServedFile } from './static-files.js';
import type { Access } from '../access/access.js';
import type { OpenGrants } from '../access/open-grants.js';
import { isListed, isOwnPage } from '../access/origins.js';
import type { Visitor } from '../access/visitor.js';
import { problem, PROBLEM_TYPE, problemHeaders, type Problem } from './problem.js';
import { ProtocolError } from '../protocol/errors.js';
import type { ApiParts } from './rest/api.js';
import { subsonicApi } from './subsonic/subsonic.js';
import { documentFiles, restApi } from './rest/openapi.js';
import type { Log } from '../log.js';
import type { Settings } from '../settings.js';
import type { History } from '../stations/history.js';
import { StoreError } from '../store/store.js';

/** Allows scripts, worklets, workers and sockets of this server only; nothing inline, no frames. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A worker has the policy that its script came with: this one compiles its kernels and fetches its model, and loads no other script. */
const DEVICE_WORKER = '/device/device-worker.js';
const DEVICE_WORKER_POLICY = "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'";

/** The page that plays stations at their own addresses, which may be anywhere; scripts connect to this server only, there too. */
const TUNE_PAGE = '/tune';
const TUNE_POLICY = CONTENT_SECURITY_POLICY.replace("media-src 'self' blob:", "media-src 'self' blob: http: https:");

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/**
 * Files that pages of any origin may load, with their Cache-Control: the widget and its audio
 * worklet, and what classifies sound in the browser. Which pages may then connect is decided by `allowedOrigins`.
 */
export const EMBEDDED: ReadonlyMap<string, string> = new Map([
  ['/widget.js', 'public, max-age=3600, stale-while-revalidate=86400'],
  ['/capture.js', 'no-cache'],
  ['/device/device.js', 'no-cache'],
  [DEVICE_WORKER, 'no-cache'],
  ['/device/model.bin', 'no-cache'],
]);

/** Limit of request bodies; far more than a station needs. */
const MAX_BODY_BYTES = 64 * 1024;
/** Where files are sent, which are streamed. */
export const FILE_PATH = '/v1/classify';
/** How long a browser may cache a preflight response. */
const PREFLIGHT_MAX_AGE_S = 600;

declare module 'hono' {
  interface ContextVariableMap {
    /** Who asks, set before every handler. */
    visitor: Visitor;
  }
}

export interface HttpParts extends ApiParts {
  readonly access: Access;
  readonly grants: Pick<OpenGrants, 'hold'>;
  /** The response to Prometheus. */
  readonly metrics: { text(): Promise<string>; readonly contentType: string };
  readonly pages: ReadonlyMap<string, ServedFile>;
  readonly log: Log;
  /** Writes the history; undefined if none is kept. */
  readonly recorder: Pick<History, 'status'> | undefined;
  /** The server's version. */
  readonly version: string;
}

export function httpApp(parts: HttpParts): Hono {
  const { access, grants, metrics, streams, settings, log, recorder, version } = parts;
  const api = restApi(parts);
  const documentAt = documentFiles(api, version);
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    if (context.req.path === DEVICE_WORKER) context.header('Content-Security-Policy', DEVICE_WORKER_POLICY);
    if (context.req.path === TUNE_PAGE) context.header('Content-Security-Policy', TUNE_POLICY);
    const origin = context.req.header('origin');
    if (origin !== undefined && isListed(origin, settings)) {
      context.header('Access-Control-Allow-Origin', origin);
      context.header('Vary', 'Origin');
    }
    if (EMBEDDED.has(context.req.path)) {
      context.header('Access-Control-Allow-Origin', '*');
      context.header('Cross-Origin-Resource-Policy', 'cross-origin');
    }
  });
  // Before the body is read.
  app.use(async (context, next) => {
    const { method, path } = context.req;
    const asked = { method, path, header: (name: string) => context.req.header(name), incoming: (context.env as { incoming?: IncomingMessage } | undefined)?.incoming };
    const visitor = await access.decide(asked);
    context.set('visitor', visitor);
    await next();
    const grant = access.neededFor(asked, visitor);
    if (grant) context.res = endedBy(context.res, (end) => grants.hold(grant, end));
  });
  const limitBody = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new ProtocolError('too-big', `The body is larger than ${MAX_BODY_BYTES} bytes.`);
    },
  });
  // Files have a limit of their own.
  app.use((context, next) => (context.req.path === FILE_PATH ? next() : limitBody(context, next)));
  app.use('/v1/*', async (context, next) => {
    await next();
    context.header('Cache-Control', 'no-store');
  });

  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', (context) => (streams.isReady
    // A server whose history can't be written still works, so it is ready; the status is reported.
    ? context.json({ status: 'ready', ...(recorder && { history: recorder.status }) })
    : sendProblem(context, problem('going-away', streams.isDraining ? 'The server is shutting down.' : 'No shard is alive.', 503))));

  app.get('/metrics', async (context) => noStore(context).body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }));
  app.route('/', api);
  app.route('/', subsonicApi(parts));

  const methodsAt = methodsOf(app);
  app.all('*', (context) => {
    const { path, method } = context.req;
    const file = documentAt(path) ?? fileAt(parts.pages, path);
    if (file && (method === 'GET' || method === 'HEAD')) return serve(context, file);
    const methods = file ? ['GET', 'HEAD'] : methodsAt(path);
    if (methods.length === 0) {
      const hint = path === '/' ? 'The dashboard is not built; npm run build builds it. The API is under /v1 and documented at /docs.' : `Nothing is at ${path}.`;
      return sendProblem(context, problem('not-found', hint));
    }
    context.header('Allow', [...methods, 'OPTIONS'].join(', '));
    if (method === 'OPTIONS') return preflight(context, settings);
    return sendProblem(context, problem('not-allowed', `${method} is not allowed at ${path}, only ${methods.join(', ')}.`, 405));
  });

  app.onError((error, context) => {
    if (error instanceof ProtocolError) {
      const details = problem(error.code, error.message);
      for (const [name, value] of Object.entries(problemHeaders(details, settings))) context.header(name, value);
      return sendProblem(context, details);
    }
    // Thrown before the route for a body that can't be parsed.
    if (error instanceof HTTPException && error.status === 415) return sendProblem(context, problem('bad-request', 'The body must be JSON, with Content-Type: application/json.', 415));
    if (error instanceof HTTPException && error.status === 400) return sendProblem(context, problem('bad-message', `${error.message}.`));
    if (error instanceof StoreError) {
      log.error('history can not be read', { path: context.req.path, reason: error.message });
      return sendProblem(context, problem('not-kept', 'The history can not be read now; see the server\'s log.'));
    }
    log.error('a request failed', { path: context.req.path, reason: error.stack ?? error.message });
    return sendProblem(context, problem('internal', 'The server failed while processing this request; the fault is not yours.'));
  });
  return app;
}

/** The methods of the routes at a path; none if there is no route. */
function methodsOf(app: Hono): (path: string) => string[] {
  const routes = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => ({ method, at: new RegExp(`^${path.replace(/[.]/g, '\\$&').replace(/:\w+/g, '[^/]+')}$`) }));
  return (path) => {
    const methods = new Set(routes.filter(({ at }) => at.test(path)).map(({ method }) => method));
    if (methods.has('GET')) methods.add('HEAD');
    return [...methods].sort();
  };
}

/** CORS preflight: a listed page of another site may read only. */
function preflight(context: Context, settings: Settings): Response {
  const origin = context.req.header('origin');
  if (origin === undefined || isOwnPage(origin, context.req.header('host'))) return context.body(null, 204);
  if (!isListed(origin, settings)) throw new ProtocolError('not-allowed', `Pages of ${origin} may not connect. The operator can allow them with --allowed-origins.`);
  return context.body(null, 204, { 'Access-Control-Allow-Methods': 'GET, HEAD', 'Access-Control-Allow-Headers': 'Authorization', 'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE_S) });
}

function sendProblem(context: Context, { status, ...rest }: Problem): Response {
  return context.body(JSON.stringify({ status, ...rest }), status as 404, { 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store' });
}

function noStore(context: Context): Context {
  context.header('Cache-Control', 'no-store');
  return context;
}

/** Browsers revalidate each time, except embedded scripts, and get 304 when unchanged; a new version shows at the next load. */
function serve(context: Context, { body, contentType, etag }: ServedFile): Response {
  const headers = { ETag: etag, 'Cache-Control': EMBEDDED.get(context.req.path) ?? 'no-cache' };
  const cached = context.req.header('if-none-match')?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (cached?.includes(etag) || cached?.includes('*')) return context.body(null, 304, headers);
  return context.body(body, 200, { ...headers, 'Content-Type': contentType });
}
