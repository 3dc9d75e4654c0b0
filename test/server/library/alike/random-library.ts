/** Random libraries for properties: few artists, albums, titles and directions, so that all rules meet. */
import fc from 'fast-check';
import { unitVector } from '../../../../models/embedding.js';
import type { EmbeddedRow } from '../../../../server/library/catalogue.js';
import { tracksOf, type Tracks } from '../../../../server/library/alike/library.js';

const SIZE = 3;
const GENRES = ['jazz', 'rock', null];

const component = fc.integer({ min: -2, max: 2 });
const vector = fc.tuple(component, component, component).map((values) => unitVector(values) ?? Float32Array.of(1, 0, 0));
const some = (letters: string): fc.Arbitrary<string | null> => fc.constantFrom(...letters, null);

const row = fc.record({
  embedding: fc.tuple(vector, fc.float({ min: 0, max: Math.fround(0.01), noNaN: true })).map(([values, shift]) => unitVector(values.map((value) => value + shift))!),
  title: fc.constantFrom('So What', 'So What (live)', 'Blue', 'Green', 'Red', 'Naima', 'Nutville', 'Dat Dere', 'Witch Hunt', 'Footprints'), artist: some('ABCD'), album: some('xy'),
  durationMs: fc.constantFrom(100_000, 101_000, 200_000, 240_000), genre: fc.constantFrom(...GENRES), p: fc.constantFrom(0.3, 0.9),
});

export const library: fc.Arbitrary<Tracks> = fc.array(row, { minLength: 1, maxLength: 40 })
  .map((rows) => tracksOf(rows.map((each, index): EmbeddedRow => ({ ...each, id: index + 1, path: `${index % 3}/${index}.mp3`, size: SIZE, tags: null, mood: null, spectrum: null })), '/music'));

/** A library with one of its rows. */
export const libraryWithRow = library.chain((tracks) => fc.tuple(fc.constant(tracks), fc.nat(tracks.matrix.rows - 1)));
