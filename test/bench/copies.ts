/**
 * Whether copies are told from different tracks: each track of a folder, encoded, cut and made louder or softer, against
 * itself, and all tracks of data packs against each other as if all were equally long.
 *   npm run bench:copies [-- --audio ../shared/data/gtzan/audio --packs ../shared/data/gtzan/valid,... --tracks 49 --keep --json]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeLevel } from '../../dsp/mel/level-bytes.js';
import { withEmbedding } from '../../models/embedding.js';
import { median } from '../../models/metrics.js';
import { loadBundle } from '../../models/model-folder.js';
import { readPack, trackLevels } from '../../models/packs/pack.js';
import { isSameRecording, keysOf, SAME_SPECTRUM_DB, type SongKeys } from '../../server/library/alike/song.js';
import { judgeGroup, type Judgement } from '../../server/library/judge.js';
import { LocalStreams } from '../../server/library/local-streams.js';
import { spectrumDifference, SpectrumSums } from '../../server/library/spectrum.js';
import { PIPE_DEFAULTS } from '../../server/pipe/settings.js';
import { startClassifier } from '../../server/shards/classifier.js';
import { findFfmpeg } from '../../server/sources/ffmpeg.js';
import { describeMachine, saveRun, thisMachine } from './live/machine.js';
import { command, wholeNumber } from './live/options.js';
import { table } from './live/table.js';

const SHARED = '../shared/data';
const SHORTEST_S = 20;
const CUT = 'atrim=start=0.5,asetpts=PTS-STARTPTS';
/** Name of the copy, its file and FFmpeg's options. */
const COPIES: readonly (readonly [name: string, file: string, ...options: string[]])[] = [
  ['MP3 128 kbit/s', 'a.mp3', '-ar', '44100', '-b:a', '128k'],
  ['MP3 64 kbit/s', 'b.mp3', '-ar', '44100', '-b:a', '64k'],
  ['Opus 64 kbit/s', 'c.opus', '-c:a', 'libopus', '-ar', '48000', '-b:a', '64k'],
  ['AAC 128 kbit/s', 'd.m4a', '-ar', '44100', '-b:a', '128k'],
  ['begins 0.5 s later', 'e.wav', '-af', CUT],
  ['6 dB louder, clipped', 'f.wav', '-af', 'volume=6dB'],
  ['6 dB softer', 'g.wav', '-af', 'volume=-6dB'],
  ['MP3 128 kbit/s, later and softer', 'h.mp3', '-af', `${CUT},volume=-6dB`, '-ar', '44100', '-b:a', '128k'],
];

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/genre-v2' },
    audio: { type: 'string', default: `${SHARED}/gtzan/audio` },
    packs: { type: 'string', default: ['gtzan/valid', 'gtzan/train', 'field/valid', 'outside/valid', 'teacher/music'].map((name) => `${SHARED}/${name}`).join() },
    tracks: { type: 'string', default: '49' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const keysWith = (spectrum: Int16Array | null): SongKeys => keysOf({ path: '', title: '', artist: null, album: null, durationMs: 1, spectrum });
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);

interface CopyFigures {
  readonly name: string;
  readonly found: number;
  /** By the embedding alone. */
  readonly foundByEmbedding: number;
  readonly medianDb: number;
  readonly largestDb: number;
  readonly medianCosine: number;
}

await command(async () => {
  const machine = thisMachine();
  const all = readdirSync(values.audio).sort().map((name) => resolve(values.audio, name));
  const wanted = Math.min(all.length, wholeNumber('tracks', values.tracks, 1, 10_000));
  // Spread over the folder, whose names begin with genres.
  const files = Array.from({ length: wanted }, (_, index) => all[Math.floor((index * all.length) / wanted)]!);
  const copies = await copyFigures(files);
  const pairs = await pairFigures(values.packs.split(','));
  const result = { machine, files: files.length, copies, pairs };
  if (values.json) console.log(JSON.stringify(result));
  else {
    const share = (of: number): string => `${(100 * of).toFixed(1)} %`;
    console.log(`${describeMachine(machine)}; ${files.length} tracks\n\n${table(['copy', 'found', 'by the embedding', 'difference, dB: median', 'largest', 'cosine'], copies.map(({ name, found, foundByEmbedding, medianDb, largestDb, medianCosine }) => [
      name, share(found), share(foundByEmbedding), medianDb.toFixed(2), largestDb.toFixed(2), medianCosine.toFixed(3),
    ]))}\n\n${table(['different tracks', 'pairs', 'called copies', 'nearest in 10,000, dB'], pairs.map(({ name, pairs: all, called, nearDb }) => [name, all.toLocaleString('en'), `${called} (${(100 * called / all).toPrecision(2)} %)`, nearDb.toFixed(2)]))}`);
  }
  if (values.keep) await saveRun(machine, { 'copies.json': JSON.stringify(result) });
});

async function copyFigures(files: readonly string[]): Promise<CopyFigures[]> {
  const bundle = withEmbedding(await loadBundle(resolve(values.model)));
  const { classifier } = await startClassifier(bundle);
  const streams = new LocalStreams(classifier, bundle.manifest, { ...PIPE_DEFAULTS, maxLagMs: 3_600_000, maxSegments: 100_000 });
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-copies-'));
  const all = COPIES.map((): { found: boolean; foundByEmbedding: boolean; db: number; cosine: number }[] => []);
  try {
    for (const file of files) {
      const paths = COPIES.map(([, name, ...options]) => {
        execFileSync(findFfmpeg(), ['-nostdin', '-y', '-loglevel', 'error', '-i', file, ...options, join(folder, name)]);
        return join(folder, name);
      });
      const heard = new Map<string, Judgement>();
      await judgeGroup([file, ...paths], { streams, model: bundle.manifest, quick: false, signal: new AbortController().signal }, (path, judgement) => heard.set(path, judgement));
      const own = heard.get(file)!;
      paths.forEach((path, index) => {
        const copy = heard.get(path)!;
        const cosine = dot(own.embedding!, copy.embedding!);
        all[index]!.push({
          cosine, db: spectrumDifference(own.spectrum!, copy.spectrum!),
          found: isSameRecording(keysWith(own.spectrum!), keysWith(copy.spectrum!), cosine), foundByEmbedding: isSameRecording(keysWith(null), keysWith(null), cosine),
        });
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return COPIES.map(([name], index) => {
    const own = all[index]!;
    const share = (is: (each: (typeof own)[number]) => boolean): number => own.filter(is).length / own.length;
    return { name, found: share(({ found }) => found), foundByEmbedding: share(({ foundByEmbedding }) => foundByEmbedding), medianDb: median(own.map(({ db }) => db))!, largestDb: Math.max(...own.map(({ db }) => db)), medianCosine: median(own.map(({ cosine }) => cosine))! };
  });
}

/** Differences of all pairs, and of those that are most alike: of one collection or one artist, where the pack knows them. */
async function pairFigures(packs: readonly string[]): Promise<{ readonly name: string; readonly pairs: number; readonly called: number; readonly nearDb: number }[]> {
  const tracks: { readonly keys: SongKeys; readonly spectrum: Int16Array; readonly artist: unknown; readonly source: string | undefined }[] = [];
  for (const path of packs) {
    const pack = await readPack(resolve(dirname(path)), basename(path));
    const { bands, hop, sampleRate } = pack.frontEnd;
    for (const track of pack.tracks) {
      if ((track.columns * hop) / sampleRate < SHORTEST_S) continue;
      const sums = new SpectrumSums(bands);
      sums.push(Float32Array.from(trackLevels(pack, track), decodeLevel), 0);
      const spectrum = sums.spectrum()!;
      const source = track['source'];
      tracks.push({ keys: keysWith(spectrum), spectrum, artist: track['artist'], source: source === undefined ? undefined : `${path} ${String(source)}` });
    }
  }
  const kinds = { 'all': [] as number[], 'of one collection': [] as number[], 'of one artist': [] as number[] };
  tracks.forEach((one, index) => {
    for (const other of tracks.slice(index + 1)) {
      const db = spectrumDifference(one.spectrum, other.spectrum);
      kinds.all.push(db);
      if (one.source !== undefined && one.source === other.source) kinds['of one collection'].push(db);
      if (one.artist !== undefined && one.artist === other.artist) kinds['of one artist'].push(db);
    }
  });
  return Object.entries(kinds).filter(([, all]) => all.length > 0).map(([name, all]) => {
    const sorted = Float64Array.from(all).sort();
    return { name, pairs: all.length, called: sorted.findIndex((db) => db >= SAME_SPECTRUM_DB), nearDb: sorted[Math.floor(all.length / 1e4)]! };
  });
}
