/** A large library without sound files, for the page and for measurements: artists in one or two genres, embeddings around their genre's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unitVector } from '../../../models/embedding.js';
import { Catalogue, DATABASE_IN_FOLDER } from '../../../server/library/catalogue.js';
import { judged } from './judged.js';

const LABELS = ['blues', 'classical', 'country', 'disco', 'hiphop', 'jazz', 'metal', 'pop', 'reggae', 'rock'];
const SIZE = 128;
const WORDS = ['Blue', 'Night', 'River', 'Stone', 'Silver', 'Early', 'Paper', 'Second', 'Winter', 'Glass', 'Echo', 'Harbour', 'Señor', 'Café', 'Golden', 'Lost'];
const TRACKS_PER_ALBUM = 10;
const ROWS_AT_ONCE = 5000;

export interface SyntheticLibrary {
  readonly folder: string;
  readonly file: string;
  remove(): void;
}

/** @param errors files with an error, beside `tracks` */
export function syntheticLibrary(tracks: number, errors = 0): SyntheticLibrary {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-synthetic-'));
  const file = join(folder, DATABASE_IN_FOLDER);
  const random = generator(7);
  const centres = LABELS.map(() => vector(random, 1));
  const catalogue = Catalogue.open(file, folder);
  try {
    const model = catalogue.model({ name: 'synthetic', version: '1.0.0', weights: { sha256: 'a'.repeat(64) } as never, labels: LABELS, embedding: { size: SIZE, sha256: 'b'.repeat(64) } as never });
    const paths: string[] = [];
    for (let first = 0; first < tracks; first += ROWS_AT_ONCE) {
      catalogue.write(model, Array.from({ length: Math.min(ROWS_AT_ONCE, tracks - first) }, (_, index) => {
        const n = first + index;
        const album = Math.floor(n / TRACKS_PER_ALBUM);
        const word = (k: number): string => WORDS[Math.floor(k) % WORDS.length]!;
        const genre = Math.floor(album / 3) % LABELS.length;
        const name = `${word(n * 7)} ${word(n / 3)}`;
        const path = `Artist ${Math.floor(album / 2)}/${word(album)} ${album}/${String(n % TRACKS_PER_ALBUM + 1).padStart(2, '0')} ${name}.mp3`;
        paths.push(path);
        const p = 0.5 + 0.49 * random();
        const other = LABELS[(genre + 1 + n % 8) % LABELS.length]!;
        const isSpeech = n % 50 === 49;
        return {
          path, stamp: { size: 4_000_000 + n, mtimeMs: 1 },
          judgement: judged(isSpeech ? null : LABELS[genre]!, {
            durationMs: 120_000 + 1000 * Math.floor(240 * random()), p: isSpeech ? 0 : p,
            top: isSpeech ? [] : LABELS.map((label) => ({ genre: label, p: label === LABELS[genre] ? p : label === other ? (1 - p) / 2 : (1 - p) / 16 })).sort((a, b) => b.p - a.p),
            embedding: isSpeech ? new Float32Array(0) : unitVector(vector(random, 0.7).map((value, at) => value + centres[genre]![at]!))!,
            names: { title: name, artist: `Artist ${Math.floor(album / 2)}`, album: `${word(album)} ${album}` },
          }),
        };
      }), 1);
    }
    const broken = Array.from({ length: errors }, (_, n) => `broken/${n}.mp3`);
    catalogue.write(model, broken.map((path, n) => ({ path, stamp: { size: 0, mtimeMs: 1 }, judgement: judged(null, { segments: [], durationMs: 0, problem: n % 2 ? 'empty' : 'not-audio', error: n % 2 ? 'is empty' : 'is not audio that FFmpeg can read' }) })), 1);
    catalogue.complete(model, new Set([...paths, ...broken]), 1);
  } finally {
    catalogue.close();
  }
  return { folder, file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Mulberry32, uniform in 0 to 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A direction at random, of this length. */
function vector(random: () => number, length: number): Float32Array {
  return unitVector(Array.from({ length: SIZE }, () => random() + random() + random() - 1.5))!.map((value) => value * length);
}
