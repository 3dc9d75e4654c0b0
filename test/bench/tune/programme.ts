/**
 * Synthetic stations: each has a main genre, plays valid tracks of one genre in a row before it turns
 * to another, and talks between tracks. All parts have one loudness.
 */
import { Random } from '../../../models/random.js';
import type { Pack, Track } from '../../../models/packs/pack.js';
import { splicedLevels, type Part } from '../../../server/evaluation/medley.js';

/** Share of new stretches that are of the main genre, and chance that the next track is of the same genre as before. */
const MAIN = 0.6;
const GOES_ON = 0.7;
/** Chance of talk after a track. */
const TALKS = 0.25;

export interface Heard {
  readonly fromMs: number;
  readonly toMs: number;
  /** A genre, or `speech`. */
  readonly truth: string;
}

export interface Programme {
  readonly main: string;
  readonly parts: readonly Heard[];
  /** [columns × bands] */
  readonly levels: Uint8Array;
}

/** One station for each genre. */
export function programmes(music: Pack, talk: Pack, minutes: number, seed: number): Programme[] {
  const random = new Random(seed);
  const genres = [...new Set(music.tracks.map(({ genre }) => genre!))].sort();
  const speech = talk.tracks.filter(({ genre }) => genre === 'speech');
  const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)]!;
  const { hop, sampleRate } = music.frontEnd;
  const msOf = (columns: number): number => 1000 * hop * columns / sampleRate;
  const whole = (track: Track): Part => ({ track, from: 0, columns: track.columns });
  return genres.map((main) => {
    const parts: Heard[] = [];
    const levels: Uint8Array[] = [];
    let atMs = 0;
    const add = (pack: Pack, track: Track, truth: string): void => {
      const toMs = atMs + msOf(track.columns);
      parts.push({ fromMs: atMs, toMs, truth });
      levels.push(splicedLevels(pack, [whole(track)]));
      atMs = toMs;
    };
    let genre = main;
    while (atMs < minutes * 60_000) {
      const tracks = music.tracks.filter((track) => track.genre === genre);
      add(music, pick(tracks), genre);
      if (random.between(0, 1) < TALKS) for (let count = 1 + random.below(3); count > 0; count -= 1) add(talk, pick(speech), 'speech');
      if (random.between(0, 1) >= GOES_ON) genre = random.between(0, 1) < MAIN ? main : pick(genres);
    }
    return { main, parts, levels: new Uint8Array(Buffer.concat(levels)) };
  });
}
