/** The limits of what waits, with a program in FFmpeg's place that reads late or passes everything on. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Log } from '../../../server/log.js';
import { Encoder, MP3_KBPS } from '../../../server/relay/encoder.js';
import { TunedListeners } from '../../../server/relay/tuned-listeners.js';
import { withDefaults } from '../../../server/settings.js';
import type { Station } from '../../../server/stations/station.js';
import { until } from '../../support/until.js';
import { Recordings } from '../sources/recordings.js';

const KB = 1024;
const recordings = new Recordings();
const pathBefore = process.env.FFMPEG_PATH;

test.after(() => {
  if (pathBefore === undefined) delete process.env.FFMPEG_PATH;
  else process.env.FFMPEG_PATH = pathBefore;
  recordings.remove();
});

function useProgram(script: string): void {
  const program = recordings.write('program', Buffer.from(`#!/bin/sh\n${script}\n`));
  chmodSync(program, 0o755);
  process.env.FFMPEG_PATH = program;
}

/** A station that plays what the test gives it. */
function playing(): { readonly station: Station; readonly audio: Subject<Uint8Array> } {
  const audio = new Subject<Uint8Array>();
  const glance = { id: 'one', name: 'One', state: 'live', heard: 'music', genre: 'low', p: 1 };
  return { audio, station: { state: 'live', recent: [], audio$: audio, config: { id: 'one', name: 'One' }, glance: () => glance } as unknown as Station };
}

test('sound is left out while more than the limit waits for FFmpeg', async () => {
  const go = join(recordings.folder, 'go');
  useProgram(`while [ ! -e '${go}' ]; do sleep 0.02; done; exec cat`);
  const { station, audio } = playing();
  let bytes = 0;
  let hasEnded = false;
  const encoder = new Encoder(station, { sound: (part) => void (bytes += part.length), ended: () => (hasEnded = true) }, { withRecent: false, mostWaitingBytes: 300 * KB });
  for (let piece = 0; piece < 100; piece++) audio.next(Buffer.alloc(50 * KB));
  audio.complete();
  assert.not.ok(existsSync(go));
  writeFileSync(go, '');
  await until(() => hasEnded);
  // What the pipe itself holds depends on the system.
  assert.ok(bytes >= 300 * KB && bytes <= 600 * KB && bytes % (50 * KB) === 0, `${bytes}`);
  encoder.close();
});

test('a player that does not read is disconnected when more than the limit waits for it', async () => {
  useProgram('exec cat');
  const { station, audio } = playing();
  const SECOND = 1000 * MP3_KBPS / 8;
  const tuned = new TunedListeners({ stations: { list: () => [station], get: () => station }, settings: withDefaults(), log: new Log('error', () => {}), scheduler: new VirtualTimeScheduler(), maxBufferedMs: 2000 });
  const reader = tuned.listen('low', { wish: { genres: ['low'], tags: [], moods: [] }, settings: { settleMs: 0, minP: 0 }, hasTitles: false, mayHear: () => true }).getReader();
  assert.is(tuned.size, 1);
  const keep = setInterval(() => audio.next(Buffer.alloc(SECOND)), 5);
  await until(() => tuned.size === 0);
  clearInterval(keep);
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) bytes += next.value.length;
  assert.ok(bytes >= 2 * SECOND && bytes < 5 * SECOND, `${bytes}`);
});

test.run();
