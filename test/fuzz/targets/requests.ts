/** Requests to a real server: REST and OpenSubsonic with any path, query and body; forms that carry a file. */
import { Agent, request } from 'node:http';
import * as assert from 'node:assert/strict';
import { boundaryOf, filePart } from '../../../server/http/multipart.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import { startTestServer } from '../../server/rig.js';
import { SimulatedSources, URL_ONE } from '../../server/stations/simulated-sources.js';
import type { Target } from '../fuzz.js';
import { inPieces } from './cuts.js';

const STATION = { name: 'Radio One', url: URL_ONE, enabled: false, rules: [{ type: 'dead-air', belowDb: -50, forS: 15 }, { type: 'down', forS: 30 }, { type: 'genre', genres: ['low'], forS: 60 }], webhooks: [] };
const REQUESTS = [
  { method: 'POST', path: '/v1/stations', body: STATION }, { method: 'PATCH', path: '/v1/stations/radio-one', body: { name: 'x', rules: STATION.rules } },
  { method: 'PUT', path: '/v1/stations/radio-one', body: STATION }, { method: 'DELETE', path: '/v1/stations/radio-one' }, { method: 'GET', path: '/v1/stations/radio-one' },
  { method: 'GET', path: '/v1/stations/radio-one/history?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&bucket=60' }, { method: 'GET', path: '/v1/alerts?from=2026-01-01T00:00:00Z' },
  { method: 'GET', path: '/v1/streams' }, { method: 'GET', path: '/v1/model' }, { method: 'GET', path: '/v1/access' }, { method: 'GET', path: '/metrics' }, { method: 'GET', path: '/v1/tracks?q=a&sort=title&offset=0&limit=10' },
  { method: 'GET', path: '/rest/ping.view?u=a&p=enc:61&v=1.16.1&c=x&f=json' }, { method: 'GET', path: '/rest/getSimilarSongs.view?id=1&count=10&u=a&t=b&s=c' },
  { method: 'POST', path: '/v1/explain', body: { levels: [1, 2, 3] } }, { method: 'OPTIONS', path: '/v1/stations' }, { method: 'GET', path: '/' },
];
/** Statuses of a server that is all right: a history that is not kept, a full server and a missing FFmpeg are refusals. */
const REFUSALS = [501, 503];

export async function requests(): Promise<Target> {
  const server = await startTestServer({}, { listen: new SimulatedSources().listen });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (method: string, path: string, body: string | undefined): Promise<{ status: number; text: string }> => new Promise((resolve, reject) => {
    const outgoing = request({ agent, host: '127.0.0.1', port: server.port, method, path, headers: body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode!, text: Buffer.concat(parts).toString() }));
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  return {
    name: 'requests',
    shape: 'json',
    seeds: REQUESTS.map((each) => Buffer.from(JSON.stringify(each))),
    words: ['method', 'path', 'body', 'GET', 'POST', 'PATCH', 'DELETE', 'HEAD', '/v1/stations', '/v1/stations/radio-one', '%2e%2e%2f', '%00', '%ff', '?from=', '&to=', 'dead-air', 'genre', 'share', 'enabled', 'rules', 'webhooks', 'http://127.0.0.1:1/', 'icy://a'],
    async run(input) {
      let method = 'POST';
      let path = '/v1/stations';
      let body: string | undefined = Buffer.from(input).toString();
      try {
        const value = JSON.parse(body) as { method?: unknown; path?: unknown; body?: unknown };
        if (typeof value.method === 'string' && /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/.test(value.method)) method = value.method;
        if (typeof value.path === 'string') path = `/${value.path.replace(/[^\x21-\x7e]/g, (char) => Buffer.from(char).toString('hex').replace(/../g, '%$&')).replace(/^\/+/, '')}`;
        body = value.body === undefined ? undefined : JSON.stringify(value.body);
      } catch {
        // The text itself is the body.
      }
      // Files are a target of their own, and trying a station would connect to wherever the case says.
      if (path.includes('test=') || path.includes('classify') || path.includes('%74')) return;
      const { status, text } = await send(method, path, method === 'GET' || method === 'HEAD' ? undefined : body);
      assert.ok(status < 500 || REFUSALS.includes(status), `${method} ${path}: ${status} ${text}`);
      if (server.stations.list().length > 20) for (const { config } of server.stations.list()) await server.stations.remove(config.id);
    },
    async close() {
      agent.destroy();
      await server.close();
    },
  };
}

const BOUNDARY = 'xYz';

/** A form; its first line is the boundary. */
export const forms: Target = {
  name: 'forms',
  shape: 'text',
  seeds: [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="so%22ng.mp3"\r\nContent-Type: audio/mpeg\r\n\r\nsound\r\n--${BOUNDARY}--\r\n`,
    `--${BOUNDARY}\r\ncontent-disposition: form-data; filename=a.wav\r\n\r\n\r\n--${BOUNDARY}--`, `preamble\r\n--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}--`,
  ].map((text) => Buffer.from(text)),
  words: [`--${BOUNDARY}`, `\r\n--${BOUNDARY}--`, '\r\n', '\r\n\r\n', '--', 'filename="', 'Content-Disposition: form-data; name="file"; filename="\\"', '\0'],
  async run(input) {
    const read = async (pieces: readonly Uint8Array[]): Promise<string> => {
      try {
        const { name, bytes } = await filePart((async function* () {
          yield* pieces;
        })(), BOUNDARY);
        const parts: Uint8Array[] = [];
        for await (const part of bytes) parts.push(part.slice());
        return `${name} ${Buffer.concat(parts).toString('latin1')}`;
      } catch (error) {
        if (error instanceof ProtocolError) return 'refused';
        throw error;
      }
    };
    assert.equal(await read(inPieces(input)), await read([input]), 'pieces give the same file');
    try {
      boundaryOf(Buffer.from(input).toString('latin1'));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  },
};
