/**
 * `npm run bench:tune`: how often the dial hops and how much of the time it is in the wished genre, on
 * synthetic stations that the shipped model hears, beside simpler ways and what hindsight could do.
 */
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadBundle } from '../../models/model-folder.js';
import { readPack } from '../../models/packs/pack.js';
import { classifyLevels, type BlockResult } from '../../server/evaluation/classify-tracks.js';
import { Engine } from '../../server/pipe/engine.js';
import { withDefaults } from '../../server/settings.js';
import { startClassifier } from '../../server/shards/classifier.js';
import { macrotask } from '../../server/shards/macrotask.js';
import { DIAL_DEFAULTS, type StationNow } from '../../server/tune/dial.js';
import { atOnce, bestStation, byDial, hindsight, meanFigures, surestNow, truthOf, type Timeline } from './tune/dial-figures.js';
import { programmes } from './tune/programme.js';

const { values } = parseArgs({ options: { data: { type: 'string', default: '../shared/data' }, minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' }, sweep: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } });
const folder = resolve(values.data);
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
const [gtzan, nonmusic] = [join(folder, 'gtzan'), join(folder, 'nonmusic')];
if (!existsSync(join(gtzan, 'valid.json')) || !existsSync(join(nonmusic, 'valid.json'))) {
  console.log(`Skipped: this needs the packs gtzan/valid and nonmusic/valid in ${folder}; name another folder with --data.`);
  process.exit(0);
}

const settings = withDefaults();
const bundle = await loadBundle(settings.model);
const { classifier } = await startClassifier(bundle, undefined);
const context = { model: bundle.manifest, engine: new Engine(classifier, { ...settings, maxLagMs: Infinity }, macrotask), settings };
const { labels } = bundle.manifest;
const made = programmes(await readPack(gtzan, 'valid'), await readPack(nonmusic, 'valid'), minutes, seed);
const heard = await Promise.all(made.map(({ levels }) => classifyLevels(levels, context)));
const stations = made.map(({ main, parts }, index): Timeline => {
  const said = bySecond(heard[index]!, main);
  return { said, truth: truthOf(parts, said.length) };
});
const genres = made.map(({ main }) => main);

const ways = {
  'the dial': meanFigures(byDial(), stations, genres),
  'leaves at the first other verdict': meanFigures(atOnce, stations, genres),
  'always the surest station': meanFigures(surestNow, stations, genres),
  'no hop: the best station for it, known beforehand': meanFigures(bestStation, stations, genres),
  'hindsight: as much as there is, with the fewest hops': meanFigures(hindsight, stations, genres),
};
const sweep = !values.sweep ? undefined : [4, 8, 12, 20, 30].flatMap((leaveS) => [4, 8, 15].flatMap((settleS) => [0.3, 0.5, 0.7].map((minP) => (
  { leaveS, settleS, minP, ...meanFigures(byDial({ otherMs: 1000 * leaveS, speechMs: 1000 * leaveS, settleMs: 1000 * settleS, minP }), stations, genres) }))));
const figures = { machine: cpus()[0]?.model ?? 'unknown', model: `${bundle.manifest.name} ${bundle.manifest.version}`, stations: stations.length, minutes: stations[0]!.truth.length / 60, seed, settings: DIAL_DEFAULTS, ways, ...(sweep && { sweep }) };
if (values.json) console.log(JSON.stringify(figures, undefined, 1));
else {
  console.log(`${figures.stations} stations, ${figures.minutes.toFixed(1)} minutes, a wish for each of ${genres.length} genres, ${figures.model}, seed ${seed}`);
  console.log(`${'way'.padEnd(54)} in the genre  speech  hops a minute`);
  const row = (name: string, { wished, speech, hopsPerMinute }: typeof ways['the dial']): string => `${name.padEnd(54)} ${percent(wished).padStart(12)} ${percent(speech).padStart(7)} ${hopsPerMinute.toFixed(2).padStart(14)}`;
  for (const [name, each] of Object.entries(ways)) console.log(row(name, each));
  for (const each of sweep ?? []) console.log(row(`  leave after ${each.leaveS} s, settled ${each.settleS} s, at least ${each.minP}`, each));
}
process.exit(0);

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** What the server has said when each second begins. */
function bySecond(blocks: readonly BlockResult[], id: string): StationNow[] {
  let index = -1;
  return Array.from({ length: Math.floor(blocks.at(-1)!.atMs / 1000) }, (_, second) => {
    while (index < blocks.length - 1 && blocks[index + 1]!.atMs <= 1000 * second) index += 1;
    if (index < 0) return { id, state: 'live', heard: 'warming', genre: null, p: 0 };
    const { state, shown, p } = blocks[index]!;
    return { id, state: state === 'silence' ? 'silent' : 'live', heard: state, genre: shown === null ? null : labels[shown]!, p };
  });
}
