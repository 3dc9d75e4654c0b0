/** What a tile of the wall says of a station, and what the line above the tiles says of all. */
import type { StationGlance } from '../../../server/protocol/messages.js';
import { CONTENT_NAMES } from './audio-content.js';
import { labelName } from './format.js';
import { STATE_NAMES } from './station-words.js';

/** How a tile looks. `off` is a station that is switched off, or connects. */
export type TileLook = 'genre' | 'speech' | 'unknown' | 'silence' | 'fault' | 'off';

export interface TileWords {
  readonly look: TileLook;
  /** The large word. */
  readonly word: string;
  /** Whether the word is a genre, which has a confidence. */
  readonly isGenre: boolean;
}

export function tileWords({ state, heard, genre }: Pick<StationGlance, 'state' | 'heard' | 'genre'>): TileWords {
  if (state === 'failing' || state === 'stalled') return { look: 'fault', word: STATE_NAMES[state], isGenre: false };
  if (state === 'stopped' || state === 'connecting') return { look: 'off', word: STATE_NAMES[state], isGenre: false };
  if (state === 'silent' || heard === 'silence') return { look: 'silence', word: CONTENT_NAMES.silence, isGenre: false };
  if (genre !== null) return { look: 'genre', word: labelName(genre), isGenre: true };
  return { look: heard === 'speech' ? 'speech' : 'unknown', word: heard === null ? CONTENT_NAMES.warming : CONTENT_NAMES[heard], isGenre: false };
}

export interface WallSum {
  readonly live: number;
  /** Failing or stalled. */
  readonly faults: number;
  readonly silent: number;
  /** Genres that are heard now, most stations first. */
  readonly genres: readonly (readonly [genre: string, stations: number])[];
}

export function wallSum(stations: readonly StationGlance[]): WallSum {
  const looks = stations.map((station) => tileWords(station).look);
  const genres = new Map<string, number>();
  stations.forEach(({ genre }, index) => {
    if (looks[index] === 'genre') genres.set(genre!, (genres.get(genre!) ?? 0) + 1);
  });
  return {
    live: stations.filter(({ state }) => state === 'live').length,
    faults: looks.filter((look) => look === 'fault').length,
    silent: looks.filter((look) => look === 'silence').length,
    genres: [...genres].sort(([one, a], [other, b]) => b - a || one.localeCompare(other)),
  };
}
