/**
 * Speed of `library` on MP3s of four minutes, decoding included, and the share of decoding.
 *   npm run bench:library [-- --files 16 --rounds 3 --model DIR --keep --json]
 *
 * CPU time is that of one thread of the library with its FFmpeg processes, without their start-up. Ways are
 * run in turns, and ratios are taken within a round. Needs Linux, which counts the CPU time of child processes.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { withEmbedding } from '../../models/embedding.js';
import { loadBundle } from '../../models/model-folder.js';
import { median } from '../../models/metrics.js';
import { judgeGroup } from '../../server/library/judge.js';
import { LocalStreams } from '../../server/library/local-streams.js';
import { PIPE_DEFAULTS } from '../../server/pipe/settings.js';
import { startClassifier } from '../../server/shards/classifier.js';
import { DEMO_SAMPLE_RATE, DemoSynth, toS16 } from '../../server/sources/demo/synth.js';
import { findFfmpeg } from '../../server/sources/ffmpeg.js';
import { wavFile } from '../../server/sources/wav.js';
import { describeMachine, saveRun, thisMachine } from './live/machine.js';
import { command, wholeNumber } from './live/options.js';
import { processStat } from './live/process-stat.js';
import { table } from './live/table.js';

const SEED = 181;
const FILE_S = 240;
/** As `library` does: two groups of eight at a time. */
const GROUP = 8;
const AT_A_TIME = 2;
/** Times faster than real time, a core. */
const GOALS = { whole: 200, quick: 1000 } as const;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/genre-v2' },
    files: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** CPU time, ms. */
interface Cost {
  readonly own: number;
  readonly ffmpeg: number;
}

interface Way {
  readonly name: string;
  readonly quick: boolean;
  /** Files in one FFmpeg process. */
  readonly group: number;
  readonly goal?: number;
}

const WAYS: readonly Way[] = [
  { name: 'whole files', quick: false, group: GROUP, goal: GOALS.whole },
  { name: '--quick', quick: true, group: GROUP, goal: GOALS.quick },
  { name: 'whole files, one FFmpeg each', quick: false, group: 1 },
  { name: '--quick, one FFmpeg each', quick: true, group: 1 },
];

await command(async () => {
  const machine = thisMachine();
  const files = wholeNumber('files', values.files, 1, 1000);
  const rounds = wholeNumber('rounds', values.rounds, 1, 100);
  const bundle = withEmbedding(await loadBundle(resolve(values.model)));
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-bench-'));
  try {
    const paths = makeFiles(folder, files);
    const { classifier } = await startClassifier(bundle);
    const streams = new LocalStreams(classifier, bundle.manifest, { ...PIPE_DEFAULTS, maxLagMs: 3_600_000, maxSegments: 100_000 });
    const hear = (way: Way): Promise<Cost> => cost(async () => {
      const groups = Array.from({ length: Math.ceil(files / way.group) }, (_, index) => paths.slice(index * way.group, (index + 1) * way.group));
      await Promise.all(Array.from({ length: (AT_A_TIME * GROUP) / way.group }, async () => {
        for (let group = groups.shift(); group; group = groups.shift()) {
          await judgeGroup(group, { streams, model: bundle.manifest, quick: way.quick, signal: new AbortController().signal }, (path, { error }) => {
            if (error !== undefined) throw new Error(`${path} ${error}`);
          });
        }
      }));
    });
    await hear(WAYS[0]!); // compiles
    const costs = WAYS.map((): Cost[] => []);
    for (let round = 0; round < rounds; round += 1) for (const [index, way] of WAYS.entries()) costs[index]!.push(await hear(way));
    const figures = WAYS.map(({ name, goal }, index) => {
      const all = costs[index]!.map(({ own, ffmpeg }) => own + ffmpeg);
      const speed = median(all.map((ms) => (1000 * files * FILE_S) / ms))!;
      return {
        name, speed,
        msPerSecond: median(all)! / files / FILE_S,
        decoding: median(costs[index]!.map(({ own, ffmpeg }) => ffmpeg / (own + ffmpeg)))!,
        timesAsMuch: median(all.map((ms, round) => ms / (costs[0]![round]!.own + costs[0]![round]!.ffmpeg)))!,
        ...(goal === undefined ? {} : { goal, met: speed >= goal }),
      };
    });
    const result = { machine, model: `${bundle.manifest.name} ${bundle.manifest.version}`, files, fileS: FILE_S, rounds, figures };
    if (values.json) console.log(JSON.stringify(result));
    else {
      console.log(`${describeMachine(machine)}; ${result.model}, ${files} MP3s of ${FILE_S} s, medians of ${rounds} rounds\n\n${table(['way', 'times real time, a core', 'CPU ms a second', 'share of FFmpeg', 'times as much', 'goal'], figures.map(({ name, speed, msPerSecond, decoding, timesAsMuch, goal, met }) => [
        name, speed.toFixed(0), msPerSecond.toPrecision(3), `${Math.round(100 * decoding)} %`, timesAsMuch.toPrecision(3), goal === undefined ? '' : `${goal}: ${met ? 'met' : 'missed'}`,
      ]))}`);
    }
    if (values.keep) await saveRun(machine, { 'library.json': JSON.stringify(result) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** MP3s of 192 kbit/s in stereo, of a song of the demo synthesiser; the same in each, which costs the same. */
function makeFiles(folder: string, count: number): string[] {
  const wav = join(folder, 'song.wav');
  writeFileSync(wav, wavFile(toS16(new DemoSynth(SEED).render(FILE_S * DEMO_SAMPLE_RATE)), DEMO_SAMPLE_RATE));
  const paths = Array.from({ length: count }, (_, index) => join(folder, `${index}.mp3`));
  execFileSync(findFfmpeg(), ['-nostdin', '-loglevel', 'error', '-i', wav, '-ar', '44100', '-ac', '2', '-b:a', '192k', paths[0]!]);
  for (const path of paths.slice(1)) copyFileSync(paths[0]!, path);
  return paths;
}

async function cost(work: () => Promise<void>): Promise<Cost> {
  const before = process.cpuUsage();
  const childrenBefore = childrenMs();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { own: (user + system) / 1000, ffmpeg: childrenMs() - childrenBefore };
}

/** User and system time of the processes that have ended. */
function childrenMs(): number {
  return processStat(readFileSync('/proc/self/stat', 'utf8')).childrenCpuMs;
}
