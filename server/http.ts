/** Everything over plain HTTP: health, the model, the streams, and the dashboard's files. */
import { Hono, type Context } from 'hono';
import type { ServedFile } from './files.js';
import type { Metrics } from './metrics.js';
import { problem, PROBLEM_TYPE, type Problem } from './problem.js';
import type { Log } from './log.js';
import type { Settings } from './settings.js';
import type { Streams } from './streams.js';

/** Scripts, worklets, workers and sockets of this server only; nothing inline, no frames. */
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

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
};

/**
 * Scripts that pages of any origin may load, and how long they keep them: the widget, and its part
 * for the audio thread. Whom they may connect to is the origin list's business.
 */
const EMBEDDED: ReadonlyMap<string, string> = new Map([
  ['/widget.js', 'public, max-age=3600, stale-while-revalidate=86400'],
  ['/capture.js', 'no-cache'],
]);

export interface HttpParts {
  readonly metrics: Metrics;
  readonly streams: Streams;
  readonly settings: Settings;
  readonly files: ReadonlyMap<string, ServedFile>;
  readonly log: Log;
}

export function httpApp({ metrics, streams, settings, files, log }: HttpParts): Hono {
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    const origin = context.req.header('origin');
    if (origin !== undefined && (settings.allowedOrigins.includes('*') || settings.allowedOrigins.includes(origin))) {
      context.header('Access-Control-Allow-Origin', origin);
      context.header('Vary', 'Origin');
    }
    if (EMBEDDED.has(context.req.path)) {
      context.header('Access-Control-Allow-Origin', '*');
      context.header('Cross-Origin-Resource-Policy', 'cross-origin');
    }
  });

  app.get('/healthz', (context) => context.json({ status: 'ok' }));
  app.get('/readyz', (context) => (streams.isReady
    ? context.json({ status: 'ready' })
    : refuse(context, problem('going-away', streams.isDraining ? 'The server is shutting down.' : 'No shard is alive.', 503))));

  app.get('/metrics', async (context) => fresh(context).body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }));

  app.get('/v1/model', (context) => fresh(context).json(streams.manifest));
  app.get('/v1/origins', (context) => fresh(context).json({ allowedOrigins: settings.allowedOrigins }));
  app.get('/v1/streams', (context) => fresh(context).json({ streams: streams.list().map((stream) => stream.info()) }));
  app.get('/v1/streams/:id', (context) => {
    const stream = streams.get(context.req.param('id'));
    if (!stream) return refuse(context, problem('not-found', `No stream ${JSON.stringify(context.req.param('id'))} is running; GET /v1/streams lists those that are.`));
    return fresh(context).json(stream.info());
  });
  for (const path of ['/v1/stream', '/v1/streams/:id/watch']) {
    app.get(path, (context) => {
      context.header('Upgrade', 'websocket');
      return refuse(context, problem('bad-message', 'This address is for WebSockets: connect with ws:// or wss://.', 426));
    });
  }

  app.get('*', (context) => {
    const file = files.get(context.req.path);
    if (file) return serve(context, file);
    const hint = context.req.path === '/' ? 'The dashboard is not built; npm run build makes it. The API is under /v1.' : `Nothing is at ${context.req.path}.`;
    return refuse(context, problem('not-found', hint));
  });
  app.all('*', (context) => {
    context.header('Allow', 'GET, HEAD');
    return refuse(context, problem('not-allowed', `${context.req.method} is not for ${context.req.path}; all there is can be had with GET.`, 405));
  });

  app.onError((error, context) => {
    log.error('a request failed', { path: context.req.path, reason: error.stack ?? error.message });
    return refuse(context, problem('internal', 'The server failed on this request; the fault is not yours.'));
  });
  return app;
}

function refuse(context: Context, { status, ...rest }: Problem): Response {
  return context.body(JSON.stringify({ status, ...rest }), status as 404, { 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store' });
}

function fresh(context: Context): Context {
  context.header('Cache-Control', 'no-store');
  return context;
}

/** Asked for again each time unless others embed it, answered with 304 when unchanged: a new version shows at the next load. */
function serve(context: Context, { body, contentType, etag }: ServedFile): Response {
  const headers = { ETag: etag, 'Cache-Control': EMBEDDED.get(context.req.path) ?? 'no-cache' };
  const known = context.req.header('if-none-match')?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (known?.includes(etag) || known?.includes('*')) return context.body(null, 304, headers);
  return context.body(body, 200, { ...headers, 'Content-Type': contentType });
}
