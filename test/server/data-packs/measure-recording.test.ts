/** Rows of packs compared with the live pipe and with the descriptors. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { from, lastValueFrom, map, toArray, VirtualTimeScheduler } from 'rxjs';
import { FEATURES, FeatureRows, type FeatureName } from '../../../dsp/descriptors/feature-rows.js';
import { FRONT_END_V1 } from '../../../dsp/mel/mel-columns.js';
import { Engine } from '../../../server/pipe/engine.js';
import { measureRecording } from '../../../server/data-packs/measure-recording.js';
import { pipe } from '../../../server/pipe/pipeline.js';
import type { Columns } from '../../../server/protocol/messages.js';
import { withDefaults } from '../../../server/settings.js';
import { FileError, SoundFile } from '../../../server/sources/file.js';
import { FAKE_BUNDLE, FakeClassifier } from '../fake-classifier.js';
import { childProcesses, Recordings } from '../sources/recordings.js';

const SECONDS = 6;
const COLUMNS = 1 + Math.floor((SECONDS * 22050 - 2048) / 1920);

const measuring = suite<{ recordings: Recordings; wav: string }>('measuring a file', { recordings: undefined as never, wav: '' });

measuring.before((context) => {
  context.recordings = new Recordings();
  context.wav = context.recordings.wav('music.wav', SECONDS);
});
measuring.after(({ recordings }) => recordings.remove());
measuring.after.each(async () => assert.is(await childProcesses(), 0, 'FFmpeg still runs'));

/** The bytes of levels that a viewer of the pipe would get. */
async function levelsOfPipe(path: string): Promise<Buffer> {
  const file = await SoundFile.open(path);
  const parts: Uint8Array[] = [];
  for await (const part of file.chunks()) parts.push(part);
  const clock = new VirtualTimeScheduler();
  const engine = new Engine(new FakeClassifier(), withDefaults(), clock);
  const chunk$ = from(parts.map((bytes) => ({ bytes, arrivedAtMs: 0 })));
  const said = lastValueFrom(pipe(chunk$, { format: file.format, model: FAKE_BUNDLE.manifest, engine, settings: withDefaults(), spectrogram: true })
    .pipe(map(({ json }) => JSON.parse(json) as { type: string }), toArray()));
  clock.flush();
  return Buffer.concat((await said).filter(({ type }) => type === 'columns').map((each) => Buffer.from((each as Columns).levels, 'base64')));
}

measuring('levels equal those of the live pipe, at any rate and in any format', async ({ recordings, wav }) => {
  for (const path of [wav, recordings.encode(wav, 'stereo.flac', '-ar', '44100', '-ac', '2'), recordings.encode(wav, 'music.mp3', '-ar', '48000')]) {
    const measured = await measureRecording(path, FRONT_END_V1, []);
    const piped = await levelsOfPipe(path);
    const { levels } = measured!;
    assert.ok(levels.length >= COLUMNS * 64 && levels.length <= (COLUMNS + 1) * 64, `${levels.length / 64} columns`);
    // The pipe outputs whole blocks of four columns only.
    assert.ok(piped.length > levels.length - 4 * 64);
    const both = Math.min(piped.length, levels.length);
    assert.equal(Buffer.from(levels.subarray(0, both)), piped.subarray(0, both));
    assert.ok(new Set(levels).size > 50, 'they are not all the same');
  }
});

measuring('features have one row per column, from the same samples', async ({ wav }) => {
  const names = Object.keys(FEATURES) as FeatureName[];
  const { levels, features } = (await measureRecording(wav, FRONT_END_V1, names))!;
  for (const name of names) assert.is(features[name]!.length, (levels.length / 64) * FEATURES[name], name);

  const file = await SoundFile.open(wav);
  const rows = new FeatureRows(FRONT_END_V1, names);
  for await (const chunk of file.chunks()) rows.push(new Float32Array(chunk.buffer, chunk.byteOffset, chunk.length / 4));
  assert.equal(features, rows.rows());
});

measuring('unusable files are rejected with a reason', async ({ recordings, wav }) => {
  const reason = async (path: string): Promise<string> => measureRecording(path, FRONT_END_V1, []).then(() => { throw new Error('was not rejected'); }, (error: unknown) => {
    assert.instance(error, FileError);
    return (error as FileError).message;
  });
  assert.is(await reason(recordings.silence('silence.wav', 3)), 'is silent');
  assert.match(await reason(recordings.encode(wav, 'short.wav', '-t', '0.5')), 'is too short: 0.50 s; at least 1 s is needed');
  assert.match(await reason(recordings.write('empty.mp3', new Uint8Array(0))), 'is empty');
  assert.match(await reason(recordings.write('text.mp3', new TextEncoder().encode('no music at all'))), 'is not audio');
});

measuring('stops when aborted', async ({ wav }) => {
  const stop = new AbortController();
  stop.abort();
  assert.is(await measureRecording(wav, FRONT_END_V1, [], stop.signal), undefined);
});

measuring.run();
