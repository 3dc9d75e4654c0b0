/**
 * What `library --quick` costs in accuracy: its answers beside those for whole files, on stored levels. Files are
 * tracks of one genre joined to four minutes, beginning within the first, which differ more from place to place than
 * a song does.
 *   npm run bench:quick [-- --data ../shared/data/gtzan/valid --keep --json]
 */
import { basename, dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadBundle } from '../../models/model-folder.js';
import { Random } from '../../models/random.js';
import { readPack, trackLevels, type Pack } from '../../models/packs/pack.js';
import { classifyLevels, type PipelineContext } from '../../server/evaluation/classify-tracks.js';
import { classified } from '../../server/files/classified.js';
import { joinAnswers, stretchesOf } from '../../server/library/stretches.js';
import { Engine } from '../../server/pipe/engine.js';
import { Segments } from '../../server/pipe/segments.js';
import type { Classified } from '../../server/protocol/messages.js';
import { withDefaults } from '../../server/settings.js';
import { startClassifier } from '../../server/shards/classifier.js';
import { macrotask } from '../../server/shards/macrotask.js';
import { describeMachine, saveRun, thisMachine } from './live/machine.js';
import { command } from './live/options.js';
import { table } from './live/table.js';

const JOINED_TRACKS = 9;
const JOINED_A_GENRE = 8;
const SEED = 7;
/** Files heard at a time, so that the network's batches are full. */
const AT_A_TIME = 32;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'models/genre-v2' },
    data: { type: 'string', default: '../shared/data/gtzan/valid' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** [columns × bands] levels of a file of one genre. */
interface Labelled {
  readonly genre: string;
  readonly levels: Uint8Array;
}

await command(async () => {
  const machine = thisMachine();
  const bundle = await loadBundle(resolve(values.model));
  const { classifier } = await startClassifier(bundle);
  const settings = withDefaults({ maxLagMs: 3_600_000 });
  const context: PipelineContext = { model: bundle.manifest, settings, engine: new Engine(classifier, settings, macrotask, (error) => { throw error; }) };
  const { bands, hop, sampleRate } = bundle.manifest.frontEnd;
  const columnMs = (1000 * hop) / sampleRate;
  const files = joined(await readPack(resolve(dirname(values.data)), basename(values.data)));
  const answers: { readonly whole: Classified; readonly quick: Classified; readonly genre: string }[] = [];
  for (let at = 0; at < files.length; at += AT_A_TIME) {
    answers.push(...await Promise.all(files.slice(at, at + AT_A_TIME).map(async ({ genre, levels }) => ({ genre, whole: await answerOf(levels), quick: await quickAnswerOf(levels) }))));
  }
  const share = (is: (each: (typeof answers)[number]) => boolean): number => answers.filter(is).length / answers.length;
  const result = {
    machine, model: `${bundle.manifest.name} ${bundle.manifest.version}`, files: files.length,
    whole: { right: share(({ whole, genre }) => whole.genre === genre), unsure: share(({ whole }) => whole.genre === null) },
    quick: { right: share(({ quick, genre }) => quick.genre === genre), unsure: share(({ quick }) => quick.genre === null), asWhole: share(({ whole, quick }) => whole.genre === quick.genre) },
  };
  const percent = (of: number): string => `${(100 * of).toFixed(1)} %`;
  if (values.json) console.log(JSON.stringify(result));
  else {
    const { whole, quick } = result;
    console.log(`${describeMachine(machine)}; ${result.model}, ${files.length} files\n\n${table(['way', 'right', 'no genre', 'as the whole file'], [['whole', percent(whole.right), percent(whole.unsure), ''], ['--quick', percent(quick.right), percent(quick.unsure), percent(quick.asWhole)]])}`);
  }
  if (values.keep) await saveRun(machine, { 'quick.json': JSON.stringify(result) });

  async function answerOf(levels: Uint8Array): Promise<Classified> {
    const { labels, smoothing: { unknownBelow } } = context.model;
    const segments = new Segments(labels, Infinity, { unknownBelow });
    for (const { atMs, state, shown, p, counts, isOutside, probabilities } of await classifyLevels(levels, context)) {
      segments.push({ atMs, state, genre: shown === null ? null : labels[shown]!, p, countsAsMusic: counts, isOutside, probabilities });
    }
    return classified('', segments.summary(levels.length / bands * columnMs), {});
  }

  /** As `judge.ts` hears it. */
  async function quickAnswerOf(levels: Uint8Array): Promise<Classified> {
    const durationMs = levels.length / bands * columnMs;
    const stretches = stretchesOf(durationMs)!;
    const column = (ms: number): number => Math.round(ms / columnMs);
    const answers = await Promise.all(stretches.map(({ fromMs, lengthMs }) => answerOf(levels.subarray(column(fromMs) * bands, column(fromMs + lengthMs) * bands))));
    return joinAnswers(answers, stretches, durationMs, context.model.smoothing.unknownBelow ?? 0, context.model.outside);
  }

  function joined(pack: Pack): Labelled[] {
    const random = new Random(SEED);
    return context.model.labels.flatMap((genre) => {
      const own = pack.tracks.filter((track) => track.genre === genre);
      if (own.length < JOINED_TRACKS / 2) return [];
      return Array.from({ length: JOINED_A_GENRE }, (): Labelled => {
        const left: typeof own = [];
        const parts = Array.from({ length: JOINED_TRACKS }, () => {
          if (left.length === 0) left.push(...own);
          return trackLevels(pack, left.splice(random.below(left.length), 1)[0]!);
        });
        return { genre, levels: Buffer.concat(parts).subarray(random.below(own[0]!.columns) * bands) };
      });
    });
  }
});
