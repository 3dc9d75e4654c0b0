/** A server with a library: its tracks, and those that are alike. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RunningServer } from '../../../../server/assemble.js';
import { keptLibrary, type KeptLibrary } from '../../library/alike/kept-library.js';
import { startTestServer, withServer } from '../../rig.js';
import { ask } from './ask.js';

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
  assert.equal(found, { id: found!.id, path: 'Artist 7/Album 7/07 Song 7.mp3', title: 'Song 7', artist: 'Artist 7', album: 'Album 7', genre: 'jazz', p: 0.9, durationMs: 60_070 });
});

test('those most like one come nearest first, with a similarity', async ({ server }) => {
  const { tracks } = (await ask<Page>(server, 'GET', '/v1/tracks?q=song%200')).body;
  const { body } = await ask<{ track: Track; similar: readonly Track[] }>(server, 'GET', `/v1/tracks/${tracks[0]!.id}/similar?n=3`);
  assert.is(body.track.title, 'Song 0');
  // Ten degrees from it, Song 1 is so near that it counts as a copy.
  assert.equal(body.similar.map(({ title, similarity }) => [title, similarity]), [['Song 2', 0.9698], ['Song 4', 0.883], ['Song 6', 0.75]]);
});

test('what is not there, or can not be asked, is refused', async ({ server }) => {
  for (const [path, status] of [['/v1/tracks/999/similar', 404], ['/v1/tracks/x/similar', 422], ['/v1/tracks?limit=0', 422], ['/v1/tracks/1/similar?n=5000', 422]] as const) assert.is((await ask(server, 'GET', path)).status, status, path);
});

test('a server without a library says so, and one with a wrong one does not start', async ({ kept }) => {
  await withServer({}, async (server) => {
    const { status, body } = await ask(server, 'GET', '/v1/tracks');
    assert.is(status, 404);
    assert.match(body.detail, '--library');
  });
  await startTestServer({ library: `${kept.folder}/nothing.db` }).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'There is no library'));
});

test.run();
