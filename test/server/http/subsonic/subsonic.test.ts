/**
 * The `sonicSimilarity` extension against the published schema of OpenSubsonic (open-subsonic-api at 4c1819f:
 * SubsonicBaseResponse, SonicMatch, Child, Error, and their endpoints).
 */
import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import type { RunningServer } from '../../../../server/assemble.js';
import { countOf } from '../../../../server/http/subsonic/subsonic.js';
import { asXml, SubsonicError, subsonicResponse } from '../../../../server/http/subsonic/response.js';
import { keptLibrary, type KeptLibrary } from '../../library/alike/kept-library.js';
import { startTestServer, withServer } from '../../rig.js';

const base = { version: z.string(), type: z.string(), serverVersion: z.string(), openSubsonic: z.boolean() };
const child = z.object({
  id: z.string(), isDir: z.boolean(), title: z.string(), album: z.string().optional(), artist: z.string().optional(), genre: z.string().optional(),
  size: z.int().optional(), suffix: z.string().optional(), duration: z.int().optional(), path: z.string().optional(), isVideo: z.boolean().optional(),
  type: z.enum(['music', 'podcast', 'audiobook', 'video']).optional(),
}).strict();
const matches = z.object({ 'subsonic-response': z.object({ ...base, status: z.literal('ok'), sonicMatch: z.array(z.object({ entry: child, similarity: z.number().min(-1).max(1) }).strict()) }).strict() });
const extensions = z.object({ 'subsonic-response': z.object({ ...base, status: z.literal('ok'), openSubsonicExtensions: z.array(z.object({ name: z.string(), versions: z.array(z.int()) })) }).strict() });
const failure = z.object({ 'subsonic-response': z.object({ ...base, status: z.literal('failed'), error: z.object({ code: z.literal([0, 10, 20, 30, 40, 41, 42, 43, 44, 50, 60, 70]), message: z.string() }) }).strict() });

const test = suite<{ kept: KeptLibrary; server: RunningServer }>('subsonic');

test.before(async (context) => {
  context.kept = keptLibrary();
  context.server = await startTestServer({ library: context.kept.file });
});
test.after(async ({ kept, server }) => {
  await server.close();
  kept.remove();
});

async function get({ url }: RunningServer, request: string): Promise<unknown> {
  const response = await fetch(`${url}/rest/${request}${request.includes('?') ? '&' : '?'}f=json&c=test&v=1.16.1`);
  assert.is(response.status, 200);
  assert.match(response.headers.get('content-type')!, 'application/json');
  return response.json();
}

const titles = (answer: unknown): string[] => matches.parse(answer)['subsonic-response'].sonicMatch.map(({ entry }) => entry.title);
const codeOf = (answer: unknown): number => failure.parse(answer)['subsonic-response'].error.code;
const song = (number: number): string => encodeURIComponent(`/music/Artist ${number}/Album ${number}/0${number} Song ${number}.mp3`);

test('similar tracks by the path of another server, and by id', async ({ server }) => {
  const answer = await get(server, `getSonicSimilarTracks?id=${song(0)}&count=2`);
  assert.equal(titles(answer), ['Song 2', 'Song 4']);
  const { entry } = matches.parse(answer)['subsonic-response'].sonicMatch[0]!;
  assert.equal(entry, { id: entry.id, isDir: false, title: 'Song 2', album: 'Album 2', artist: 'Artist 2', genre: 'jazz', size: 1002, suffix: 'mp3', duration: 60, path: 'Artist 2/Album 2/02 Song 2.mp3', isVideo: false, type: 'music' });
  assert.equal(titles(await get(server, `getSonicSimilarTracks.view?id=${entry.id}&count=1`)), ['Song 0']);
  assert.equal(titles(await get(server, `getSonicSimilarTracks?id=${song(0)}&count=0`)), []);
});

test('a path begins with the one and ends with the other, with similarities to the first', async ({ server }) => {
  const answer = await get(server, `findSonicPath?startSongId=${song(0)}&endSongId=${song(9)}&count=4`);
  assert.equal(titles(answer), ['Song 0', 'Song 3', 'Song 6', 'Song 9']);
  assert.equal(matches.parse(answer)['subsonic-response'].sonicMatch.map(({ similarity }) => similarity), [1, 0.933, 0.75, 0.5]);
});

test('errors have the codes of the API', async ({ server }) => {
  assert.is(codeOf(await get(server, 'getSonicSimilarTracks')), 10);
  assert.is(codeOf(await get(server, 'getSonicSimilarTracks?id=nothing.mp3')), 70);
  assert.is(codeOf(await get(server, `getSonicSimilarTracks?id=${song(0)}&count=-1`)), 0);
  assert.is(codeOf(await get(server, `findSonicPath?startSongId=${song(0)}`)), 10);
});

test('no answer has more than 500 tracks', () => {
  assert.equal([undefined, '0', '500', '501', '999999'].map((count) => countOf(() => count, 10, 0)), [10, 0, 500, 500, 500]);
});

test('extensions are told to everybody; without a library there is no similarity', async ({ server }) => {
  const names = (answer: unknown): string[] => extensions.parse(answer)['subsonic-response'].openSubsonicExtensions.map(({ name }) => name);
  assert.equal(names(await get(server, 'getOpenSubsonicExtensions')), ['apiKeyAuthentication', 'sonicSimilarity']);
  await withServer({}, async (bare) => {
    assert.equal(names(await get(bare, 'getOpenSubsonicExtensions')), ['apiKeyAuthentication']);
    assert.is(codeOf(await get(bare, 'getSonicSimilarTracks?id=1')), 0);
  });
});

test('credentials need not be sent; those that are must be the admin token', async ({ kept }) => {
  const token = createHash('md5').update('sesamec19b2d').digest('hex');
  assert.is(token, '26719a1196d2a940705a59634eb18eab', 'the example of the API');
  await withServer({ library: kept.file, adminToken: 'sesame', access: 'view' }, async (server) => {
    const ping = (credentials: string): Promise<unknown> => get(server, `ping?${credentials}`);
    for (const right of ['', 'u=me', 'apiKey=sesame', 'u=me&p=sesame', 'u=me&p=enc:736573616d65', `u=me&t=${token}&s=c19b2d`]) assert.match(JSON.stringify(await ping(right)), '"status":"ok"', right);
    for (const [wrong, code] of [['apiKey=other', 44], ['apiKey=sesame&u=me', 43], ['u=me&p=other', 40], ['u=me&p=sesame&t=x&s=y', 43], [`u=me&t=${token}&s=other`, 40], [`u=me&t=${token}`, 10]] as const) assert.is(codeOf(await ping(wrong)), code, wrong);
    assert.match(JSON.stringify(await get(server, 'getOpenSubsonicExtensions?p=other')), '"status":"ok"');
  });
});

test('XML is what is answered unless JSON is asked for', async ({ server }) => {
  const response = await fetch(`${server.url}/rest/getSonicSimilarTracks?id=${song(0)}&count=1`);
  assert.match(response.headers.get('content-type')!, 'application/xml');
  const text = await response.text();
  assert.match(text, /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<subsonic-response xmlns="http:\/\/subsonic\.org\/restapi" status="ok" version="1\.16\.1" /);
  assert.match(text, /<sonicMatch similarity="0\.\d+"><entry id="\d+" isDir="false" title="Song 2" [^>]*\/><\/sonicMatch><\/subsonic-response>\n$/);
});

test('names can break no XML', () => {
  assert.match(asXml(subsonicResponse({ song: { title: '"<a>" & \u0001\ud800' } }, '1')), 'title="&quot;&lt;a&gt;&quot; &amp; ??"');
  assert.match(asXml(subsonicResponse(new SubsonicError('notFound', 'a<b'), '1')), '<error code="70" message="a&lt;b"/>');
});

test('other methods and requests are refused', async ({ server }) => {
  assert.is((await fetch(`${server.url}/rest/ping`, { method: 'POST' })).status, 405);
  assert.is((await fetch(`${server.url}/rest/stream?id=1`)).status, 404);
});

test.run();
