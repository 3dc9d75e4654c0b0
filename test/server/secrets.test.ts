/** A busy server with all kinds of secrets writes none of them: not into its log, not to visitors. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Log } from '../../server/log.js';
import { eventually } from '../support/until.js';
import { connect, refusedUpgrade, START, startTestServer } from './rig.js';
import { Radio } from './sources/station/radio.js';
import { tone } from './sound.js';

/** Part of every secret below. */
const MARK = 'S3cr3t';
const ADMIN = `${MARK}-admin`;

test('no token, password or address with one is in the log, or shown to visitors', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-secrets-'));
  const radio = await Radio.start();
  radio.pages.set('/moved', (_, response) => void response.writeHead(302, { Location: radio.url(`/gone?token=${MARK}-redirect`), 'Set-Cookie': `session=${MARK}-cookie` }).end());
  radio.serve('/list.pls', 'audio/x-scpls', `[playlist]\nFile1=${radio.url('/gone', `me:${MARK}-entry`)}\n`);
  radio.serve('/noise', 'audio/mpeg', Buffer.alloc(2000, 'no sound'));
  const lines: string[] = [];
  const seen: string[] = [];
  const server = await startTestServer({
    adminToken: ADMIN, access: 'view', database: join(folder, 'stations.db'), stations: join(folder, 'stations.json'), allowHosts: ['127.0.0.0/8'], reconnectMinMs: 50,
    webhooks: [radio.url(`/services/${MARK}-path`, `hook:${MARK}-hook`)], webhookSecret: `${MARK}-key`, mqtt: [`mqtt://mq:${MARK}-mqtt@127.0.0.1:1`], logLevel: 'debug',
  } as never, { log: new Log('debug', (line) => lines.push(line)) });
  const get = async (path: string, authorization?: string, options: RequestInit = {}): Promise<string> => (await fetch(`${server.url}${path}`, { ...options, headers: { ...(authorization !== undefined && { authorization }), 'content-type': 'application/json' } })).text();
  try {
    const manage = `Bearer ${ADMIN}`;
    const urls = [`http://me:${MARK}-user@127.0.0.1:1/live`, radio.url('/moved', `me:${MARK}-moved`), radio.url('/list.pls', `me:${MARK}-list`), `${radio.url('/noise')}?token=${MARK}-query`];
    for (const [index, url] of urls.entries()) await get('/v1/stations', manage, { method: 'POST', body: JSON.stringify({ name: `Radio ${index}`, url, rules: [{ type: 'down', forS: 1 }] }) });
    assert.is(server.stations.list().length, urls.length);
    const made = JSON.parse(await get('/v1/tokens', manage, { method: 'POST', body: JSON.stringify({ name: 'recorder', role: 'send' }) })) as { token: string };
    assert.match(made.token, /^lg_/);
    const client = await connect(server, '/v1/stream', { headers: { authorization: `Bearer ${made.token}` } });
    client.tell(START);
    const { resumeToken } = await client.ready();
    client.play(tone(300, 1000));
    await client.prediction();
    client.tell({ ...START, resume: 'x' });
    await client.closed();
    seen.push(JSON.stringify((await refusedUpgrade(server, '/v1/stream', { headers: { authorization: `Bearer ${MARK}-wrong` } })).body));
    seen.push(await get('/v1/stations', `Bearer ${MARK}-wrong`, { method: 'POST', body: `{"name":"x","url":"http://me:${MARK}-refused@a" ` }));
    await eventually('webhooks fail', () => lines.some((line) => /webhook (was not delivered|delivery was given up)/.test(line)), { withinMs: 20_000, log: () => lines.join("") });
    for (const path of ['/v1/stations', '/v1/stations/radio-0', '/v1/stations/radio-0/history', '/v1/alerts', '/v1/streams', '/v1/access', '/metrics', '/readyz', '/rest/ping.view?u=a&p=b&c=d&v=1.16.1']) seen.push(await get(path));
    await server.close();
    const written = [...lines, ...seen].join('\n');
    assert.ok(lines.length > 15 && /down for/.test(written), written);
    assert.equal([...lines, ...seen].filter((line) => line.includes(MARK) || line.includes(made.token) || line.includes(resumeToken!)), []);
  } finally {
    await server.close();
    await radio.close();
    rmSync(folder, { recursive: true });
  }
});

test.run();
