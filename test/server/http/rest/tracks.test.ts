/** A server with a library: what is in it, its tracks and their sound, and those that are alike. */
import { writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../../../server/assemble.js';
import { keptLibrary, type KeptLibrary } from '../../library/alike/kept-library.js';
import { Catalogue } from '../../../../server/library/catalogue.js';
import { updateMap } from '../../../../server/library/map/layout.js';
import { startTestServer, withServer } from '../../rig.js';
import { ask, askUntil } from './ask.js';

const test = suite<{ kept: KeptLibrary; server: RunningServer }>('tracks');

test.before(async (context) => {
  context.kept = keptLibrary();
  context.server = await startTestServer({ library: context.kept.folder });
});
test.after(async ({ kept, server }) => {
  await server.close();
  kept.remove();
});

interface Track {
  readonly id: number;
  readonly title: string;
  readonly path: string;
  readonly similarity?: number;
}
interface Page {
  readonly total: number;
  readonly tracks: readonly Track[];
  readonly next: number | null;
}

test('tracks are listed by path, in pages, by genre and text', async ({ server }) => {
  const first = (await ask<Page>(server, 'GET', '/v1/tracks?limit=6')).body;
  assert.equal([first.total, first.tracks.length], [11, 6]);
  const second = (await ask<Page>(server, 'GET', `/v1/tracks?limit=6&after=${first.next}`)).body;
  assert.equal([...first.tracks, ...second.tracks].map(({ title }) => title), [...Array.from({ length: 10 }, (_, index) => `Song ${index}`), 'rock']);
  assert.is(second.next, null);
  assert.equal((await ask<Page>(server, 'GET', '/v1/tracks?genre=rock')).body.tracks.map(({ title }) => title), ['rock']);
  const [found, ...more] = (await ask<Page>(server, 'GET', '/v1/tracks?q=album%207')).body.tracks;
  assert.equal(more, []);
  assert.equal(found, { id: found!.id, path: 'Artist 7/Album 7/07 Song 7.mp3', title: 'Song 7', artist: 'Artist 7', album: 'Album 7', genre: 'jazz', p: 0.9, durationMs: 60_070, state: 'music', tags: [['piano', 0.8]], mood: { lively: 0.3 }, problem: null, error: null });
});

test('tracks are sorted, and any stretch of the order can be asked for', async ({ server }) => {
  const { total, tracks, next } = (await ask<Page>(server, 'GET', '/v1/tracks?sort=durationMs&descending=1&offset=2&limit=2')).body;
  assert.equal([total, ...tracks.map(({ title }) => title)], [11, 'Song 8', 'Song 7']);
  assert.equal((await ask<Page>(server, 'GET', `/v1/tracks?sort=durationMs&descending=1&after=${next}&limit=1`)).body.tracks.map(({ title }) => title), ['Song 6']);
  assert.equal((await ask<Page>(server, 'GET', '/v1/tracks?offset=50')).body, { total: 11, revision: 1, tracks: [], next: null });
  assert.is((await ask<Page>(server, 'GET', '/v1/tracks?errors=1')).body.total, 0);
});

test('tracks are found by what their music has beside the genre, and a word that is none is refused', async ({ server }) => {
  const titles = async (query: string): Promise<string[]> => (await ask<Page>(server, 'GET', `/v1/tracks?${query}`)).body.tracks.map(({ title }) => title);
  assert.equal([await titles('tags=Guitar'), await titles('mood=lively'), await titles('mood=lively&tags=piano')], [['rock'], ['rock'], []]);
  assert.is((await titles('mood=calm')).length, 10);
  assert.is((await ask<{ ids: number[] }>(server, 'GET', '/v1/library/found?mood=lively')).body.ids.length, 1);
  for (const query of ['tags=tuba', 'mood=', 'mood=calm,angry']) assert.is((await ask(server, 'GET', `/v1/tracks?${query}`)).status, 422);
});

test('the library is counted, and a track has its scores and model', async ({ server }) => {
  const { body } = await ask(server, 'GET', '/v1/library');
  assert.equal(body, {
    revision: 1, tracks: 11, durationMs: 660_550, errors: 0, genres: [{ genre: 'jazz', tracks: 10 }, { genre: 'rock', tracks: 1 }], states: [],
    tags: [{ tag: 'piano', tracks: 10 }, { tag: 'guitar', tracks: 1 }], moods: ['calm', 'lively', 'sad', 'happy'],
    model: { name: 'm', version: '1', labels: ['jazz', 'rock'] }, isWhole: false,
  } as never);
  const [first] = (await ask<Page>(server, 'GET', '/v1/tracks?limit=1')).body.tracks;
  const one = (await ask(server, 'GET', `/v1/tracks/${first!.id}`)).body;
  assert.equal([one['title'], one['top'], one['model'], one['isQuick']], ['Song 0', [{ genre: 'jazz', p: 0.9 }], { name: 'm', version: '1' }, false]);
  assert.is((await ask(server, 'GET', '/v1/access')).body['library'], true);
});

test('the sound of a track comes whole or by ranges, and only while it is a file', async ({ server, kept }) => {
  const [first, second] = (await ask<Page>(server, 'GET', '/v1/tracks?limit=2')).body.tracks;
  const address = `/v1/tracks/${first!.id}/audio`;
  assert.is((await ask(server, 'GET', address)).status, 404, 'the file is gone');
  mkdirSync(join(kept.folder, 'Artist 0/Album 0'), { recursive: true });
  writeFileSync(join(kept.folder, first!.path), '0123456789');
  const whole = await ask(server, 'GET', address);
  assert.equal([whole.status, whole.text, whole.headers.get('content-type'), whole.headers.get('accept-ranges')], [200, '0123456789', 'audio/mpeg', 'bytes']);
  const part = await ask(server, 'GET', address, undefined, { range: 'bytes=3-5' });
  assert.equal([part.status, part.text, part.headers.get('content-range'), part.headers.get('content-length')], [206, '345', 'bytes 3-5/10', '3']);
  const etag = whole.headers.get('etag')!;
  assert.is((await ask(server, 'GET', address, undefined, { range: 'bytes=3-5', 'if-range': etag })).status, 206);
  assert.is((await ask(server, 'GET', address, undefined, { range: 'bytes=3-5', 'if-range': '"other"' })).text, '0123456789');
  const behind = await ask(server, 'GET', address, undefined, { range: 'bytes=10-' });
  assert.equal([behind.status, behind.headers.get('content-range')], [416, 'bytes */10']);
  const head = await ask(server, 'HEAD', address);
  assert.equal([head.status, head.text, head.headers.get('content-length')], [200, '', '10']);
  mkdirSync(join(kept.folder, second!.path), { recursive: true });
  assert.is((await ask(server, 'GET', `/v1/tracks/${second!.id}/audio`)).status, 404, 'a folder in place of the file');
});

test('who may only look hears nothing', ({ kept }) => withServer({ library: kept.folder, access: 'view', adminToken: 'secret-enough-for-a-test' }, async (server) => {
  const [first] = (await ask<Page>(server, 'GET', '/v1/tracks?limit=1')).body.tracks;
  assert.is((await ask(server, 'GET', `/v1/tracks/${first!.id}/audio`)).status, 401);
  assert.is((await ask(server, 'GET', `/v1/tracks/${first!.id}/audio`, undefined, { authorization: 'Bearer secret-enough-for-a-test' })).status, 200);
}));

test('the map has those that were laid out, and a search gives their ids', async ({ server, kept }) => {
  const empty = (await ask(server, 'GET', '/v1/library/map')).body;
  assert.equal([empty['ids'], empty['labels']], [[], ['jazz', 'rock']]);
  const catalogue = Catalogue.open(kept.file, kept.folder);
  await updateMap(catalogue);
  catalogue.close();
  const { body } = await askUntil<{ ids: number[]; x: number[]; y: number[]; genres: number[] }>(server, '/v1/library/map', ({ ids }) => ids.length > 0);
  assert.equal([body.ids.length, body.x.length, body.y.length, body.genres], [11, 11, 11, [...Array<number>(10).fill(0), 1]]);
  const rock = (await ask<{ ids: number[] }>(server, 'GET', '/v1/library/found?genre=rock')).body.ids;
  assert.equal(rock, [body.ids.at(-1)]);
});

test('those most like one come nearest first, with a similarity', async ({ server }) => {
  const { tracks } = (await ask<Page>(server, 'GET', '/v1/tracks?q=song%200')).body;
  const { body } = await ask<{ track: Track; similar: readonly Track[] }>(server, 'GET', `/v1/tracks/${tracks[0]!.id}/similar?n=3`);
  assert.is(body.track.title, 'Song 0');
  // Ten degrees from it, Song 1 is so near that it counts as a copy.
  assert.equal(body.similar.map(({ title, similarity }) => [title, similarity]), [['Song 2', 0.9698], ['Song 4', 0.883], ['Song 6', 0.75]]);
});

test('what is not there, or can not be asked, is refused', async ({ server }) => {
  for (const [path, status] of [['/v1/tracks/999/similar', 404], ['/v1/tracks/x/similar', 422], ['/v1/tracks?limit=0', 422], ['/v1/tracks?sort=size', 422], ['/v1/tracks?after=999', 404], ['/v1/tracks/999', 404], ['/v1/tracks/..%2F..%2Fetc%2Fpasswd/audio', 422], ['/v1/tracks/999/audio', 404], ['/v1/tracks/1/similar?n=5000', 422]] as const) assert.is((await ask(server, 'GET', path)).status, status, path);
});

test('a server without a library says so, and one with a wrong one does not start', async ({ kept }) => {
  await withServer({}, async (server) => {
    for (const path of ['/v1/tracks', '/v1/library', '/v1/library/map', '/v1/library/found', '/v1/tracks/1', '/v1/tracks/1/similar', '/v1/tracks/1/audio']) {
      const { status, body } = await ask(server, 'GET', path);
      assert.is(status, 404, path);
      assert.match(body.detail, '--library');
    }
    assert.is((await ask(server, 'GET', '/v1/access')).body['library'], false);
  });
  await startTestServer({ library: `${kept.folder}/nothing.db` }).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'There is no library'));
});

test.run();
