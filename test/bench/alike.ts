/** `npm run bench:alike`: how long it takes to find the tracks most like one among many. */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { unitVector } from '../../models/embedding.js';
import { EMBEDDING_SIZE } from '../../models/training/embedding/fit-embedding.js';
import { Random } from '../../models/random.js';
import { mostAlike } from '../../server/library/alike/choose.js';
import { tracksOf } from '../../server/library/alike/library.js';

const { values } = parseArgs({ options: { tracks: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '50' }, json: { type: 'boolean', default: false } } });
const [count, rounds] = [Number(values.tracks), Number(values.rounds)];
const random = new Random(1);
const rows = Array.from({ length: count }, (_, index) => ({
  id: index, path: `${index}.mp3`, title: `Song ${index}`, artist: `Artist ${index % 5000}`, album: null, size: 1, durationMs: 200_000, genre: 'jazz', p: 0.9, tags: null, mood: null, spectrum: Int16Array.from({ length: 128 }, () => 1000 * random.normal()),
  embedding: unitVector(Float32Array.from({ length: EMBEDDING_SIZE }, () => random.normal()))!,
}));
const tracks = tracksOf(rows, '/');
const { matrix, keys } = tracks;

/** Median and slowest of the rounds, and mean CPU of a round, which other work on the machine hardly changes. */
function time(work: (row: number) => void): { readonly medianMs: number; readonly slowestMs: number; readonly cpuMs: number } {
  const all: number[] = [];
  let before = process.cpuUsage();
  for (let round = -5; round < rounds; round += 1) {
    if (round === 0) before = process.cpuUsage();
    const startedMs = performance.now();
    work((round + 5) * 37 % count);
    if (round >= 0) all.push(performance.now() - startedMs);
  }
  const { user, system } = process.cpuUsage(before);
  all.sort((a, b) => a - b);
  return { cpuMs: (user + system) / 1000 / rounds, medianMs: all[Math.floor(all.length / 2)]!, slowestMs: all.at(-1)! };
}

const scores = new Float32Array(count);
const figures = {
  machine: cpus()[0]?.model ?? 'unknown', tracks: count, values: EMBEDDING_SIZE, rounds,
  cosines: time((row) => matrix.cosines(matrix.row(row), scores)),
  tenMostAlike: time((row) => mostAlike(tracks, { vector: matrix.row(row), keys: keys[row]! }, 10, { perArtist: 2 })),
};
if (values.json) console.log(JSON.stringify(figures));
else {
  console.log(`${count.toLocaleString('en')} tracks of ${EMBEDDING_SIZE} values, ${rounds} searches, ${figures.machine}`);
  for (const [name, { medianMs, slowestMs, cpuMs }] of [['compare with all', figures.cosines], ['the ten most alike, with the rules', figures.tenMostAlike]] as const) console.log(`  ${name.padEnd(36)} ${medianMs.toFixed(1)} ms, at most ${slowestMs.toFixed(1)} ms, CPU ${cpuMs.toFixed(1)} ms`);
}
