/** Files to be classified: one in the body of a request, streamed, with the answer as JSON or as events. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { z, type OpenAPIHono } from '@hono/zod-openapi';
import { MAX_TAGS } from '../../protocol/client-messages.js';
import { ProtocolError } from '../../protocol/errors.js';
import type { Flow } from '../client-limits.js';
import { boundaryOf, filePart } from '../multipart.js';
import { errorResponses, newApi, parsed, type ApiParts } from './api.js';
import { classifiedSchema } from './schemas.js';

const EVENTS = 'text/event-stream';
const EVENT_HEADERS = { 'Content-Type': EVENTS, 'X-Accel-Buffering': 'no' } as const;

const idSchema = z.string().regex(/^[\w-]{16,64}$/, '16 to 64 letters, digits, - and _').meta({ description: 'Chosen by the client, not to be guessed: 16 to 64 letters, digits, `-` and `_`' });
const flag = z.enum(['0', '1']).optional();
const querySchema = z.object({
  name: z.string().max(1000).optional().meta({ description: 'Name of a file that is the body itself' }),
  id: idSchema.optional().meta({ description: 'The events go to `GET /v1/classify/{id}/events`; the file waits for that reader' }),
  topK: z.coerce.number().int().min(1).max(100).optional().meta({ description: 'Labels in each `prediction`, 5 unless set' }),
  tags: z.coerce.number().int().min(0).max(MAX_TAGS).optional().meta({ description: 'Most tags in the answer and in each `prediction`; none unless set' }),
  spectrogram: flag.meta({ description: '1: events have `columns` too' }),
});

const file = z.string().meta({ format: 'binary' });
const eventsResponse = {
  description: `Events as the file is heard: \`progress\` (\`receivedBytes\`, \`totalBytes\`, \`scoredMs\`, \`durationMs\`, \`elapsedMs\`), \`prediction\`, \`stretch\`, \`columns\` and \`restarted\` as in server/PROTOCOL.md; at last \`summary\`, with the answer, or \`error\``,
  content: { [EVENTS]: { schema: z.string() } },
};

export function classifyApi({ files, flowOf }: ApiParts): OpenAPIHono {
  const api = newApi();
  // Without a validator of the body: that would read all of it into memory.
  api.post('/v1/classify', async (context) => {
    const { name, id, topK, tags, spectrogram } = parsed(querySchema, context.req.query());
    const { incoming, outgoing } = context.env as { incoming: IncomingMessage; outgoing: ServerResponse };
    const contentType = context.req.header('content-type') ?? '';
    const boundary = boundaryOf(contentType);
    if (context.req.header('content-encoding') !== undefined) throw new ProtocolError('bad-request', 'Send the file without Content-Encoding; sound is compressed already.');
    const gone = new AbortController();
    outgoing.once('close', () => gone.abort());
    const events = context.req.header('accept')?.includes(EVENTS) ? files.newEvents(() => gone.abort()) : undefined;
    const answer = files.classify({
      body: inTime(incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>, flowOf(incoming)),
      totalBytes: Number(context.req.header('content-length') ?? NaN) || undefined,
      open: async (body) => (boundary === undefined ? { name: name ?? 'file', bytes: body } : filePart(body, boundary)),
      signal: gone.signal,
      events,
      watchId: id,
      topK,
      tags,
      spectrogram: spectrogram === '1',
    });
    if (!events) return context.json(await answer, 200);
    // What goes wrong is the last event.
    answer.catch(() => {});
    return context.body(events.body, 200, EVENT_HEADERS);
  });
  api.get('/v1/classify/:id/events', (context) => {
    const id = parsed(idSchema, context.req.param('id'));
    if (context.req.method === 'HEAD') return context.body(null, 200, EVENT_HEADERS);
    return context.body(files.watch(id).body, 200, EVENT_HEADERS);
  });

  api.openAPIRegistry.registerPath({
    method: 'post', path: '/v1/classify', tags: ['Files'], summary: 'Classify a file',
    description: 'The body is the file itself, or a form with one file. It is decoded as it arrives and never held in memory; the work ends when the client goes away. The format is told by the content.',
    request: { query: querySchema, body: { required: true, content: { 'application/octet-stream': { schema: file }, 'multipart/form-data': { schema: z.object({ file }) } } } },
    responses: {
      200: {
        description: `The answer, as a line of \`livegenre classify --json\`; with \`Accept: ${EVENTS}\` the events`,
        content: { 'application/json': { schema: classifiedSchema }, [EVENTS]: { schema: z.string() } },
      },
      ...errorResponses('bad-request', 'no-token', 'not-allowed', 'idle', 'conflict', 'too-big', 'not-audio', 'no-decoder', 'too-many-files', 'going-away', 'not-kept', 'internal'),
    },
  });
  api.openAPIRegistry.registerPath({
    method: 'get', path: '/v1/classify/{id}/events', tags: ['Files'], summary: 'Events of a file that is sent',
    description: 'For browsers, which read the response to a request only when they have sent it. Ask for the events first, then send the file with `POST /v1/classify?id=…`. None is left out: the file waits for a slow reader.',
    request: { params: z.object({ id: idSchema }) },
    responses: { 200: eventsResponse, ...errorResponses('no-token', 'conflict', 'too-many-viewers', 'going-away', 'bad-request') },
  });
  return api;
}

/** A body that is read no faster than the client may send. */
async function* inTime(body: AsyncIterable<Uint8Array>, flow: Flow | undefined): AsyncGenerator<Uint8Array> {
  for await (const bytes of body) {
    yield bytes;
    const owedMs = flow?.bytes(bytes.length) ?? 0;
    if (owedMs > 0) await setTimeout(owedMs);
  }
}
