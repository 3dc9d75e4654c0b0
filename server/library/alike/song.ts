/** When two tracks are the same song, the same recording, or by the same artist: by title, artist, album, length and embedding. */
import type { Names } from '../names.js';
import { spectrumDifference } from '../spectrum.js';

export interface Song extends Names {
  /** Relative to the folder of music, with slashes; unique. */
  readonly path: string;
  readonly title: string;
  readonly durationMs: number;
}

/** A song with what its recording is known by. */
export interface Recording extends Song {
  /** As `spectrum.ts` says; null where it is not known. */
  readonly spectrum: Int16Array | null;
}

/** Difference of spectra below which two tracks of nearly the same length are one recording, encoded twice, dB. */
export const SAME_SPECTRUM_DB = 0.7;
/** Cosine from which they are, where a spectrum is not known. */
const SAME_RECORDING = 0.98;
const SAME_LENGTH_MS = 2000;
const SAME_LENGTH_SHARE = 0.01;
/** What follows a title after a dash: a version of the song. */
const VERSION = /\s[-–—]\s+[^-–—]*\b(live|remaster(ed)?|version|mix|remix|edit|demo|acoustic|mono|stereo|instrumental|take \d+|single|radio|unplugged|bonus|feat|ft)\b.*$/;
const GUESTS = /\s(feat\.?|ft\.?|featuring)\s.*$/;
/** Brackets, but not at the start: (I Can't Get No) Satisfaction. */
const BRACKETS = /(?<=\S)\s*(\([^()]*\)|\[[^[\]]*\])/g;

/** Letters and digits of a text in lower case, without accents, so that spellings are the same. */
function plain(text: string): string {
  return text.normalize('NFKD').toLowerCase().replace(/\p{M}/gu, '').replace(/&/g, ' and ').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** The title without what tells versions apart; undefined where it says nothing, such as `Track 01`. */
export function songKey(title: string): string | undefined {
  const lower = title.toLowerCase();
  const bare = plain(lower.replace(BRACKETS, '').replace(VERSION, '').replace(GUESTS, '')) || plain(lower);
  return /^(track |titel |piste |untitled )?\d*$/.test(bare) ? undefined : bare;
}

/** The first of the artists, without `The`; undefined if there is none. */
export function artistKey(artist: string | null): string | undefined {
  return (artist && plain(artist.toLowerCase().replace(GUESTS, '')).replace(/^the /, '')) || undefined;
}

/** What is compared of a song, computed once. */
export interface SongKeys {
  readonly song: string | undefined;
  readonly artist: string | undefined;
  readonly album: string | undefined;
  readonly folder: string;
  readonly durationMs: number;
  readonly spectrum: Int16Array | null;
}

export function keysOf({ path, title, artist, album, durationMs, spectrum }: Recording): SongKeys {
  return { song: songKey(title), artist: artistKey(artist), album: (album && plain(album)) || undefined, folder: path.slice(0, path.lastIndexOf('/') + 1), durationMs, spectrum };
}

function isSameLength(a: SongKeys, b: SongKeys): boolean {
  return Math.abs(a.durationMs - b.durationMs) <= Math.max(SAME_LENGTH_MS, SAME_LENGTH_SHARE * Math.max(a.durationMs, b.durationMs));
}

/** Two versions of one song: the same title by the same artist, or, where an artist is not known, of the same length. */
export function isSameSong(a: SongKeys, b: SongKeys): boolean {
  if (a.song === undefined || a.song !== b.song) return false;
  return a.artist !== undefined && b.artist !== undefined ? a.artist === b.artist : isSameLength(a, b);
}

/** One recording twice, whatever it is called. */
export function isSameRecording(a: SongKeys, b: SongKeys, cosine: number): boolean {
  if (!isSameLength(a, b)) return false;
  return a.spectrum && b.spectrum ? spectrumDifference(a.spectrum, b.spectrum) < SAME_SPECTRUM_DB : cosine >= SAME_RECORDING;
}

export function isSameArtist(a: SongKeys, b: SongKeys): boolean {
  return a.artist !== undefined && a.artist === b.artist;
}

/** An album is of one artist or in one folder: many are called Greatest Hits. */
export function isSameAlbum(a: SongKeys, b: SongKeys): boolean {
  return a.album !== undefined && a.album === b.album && (isSameArtist(a, b) || a.folder === b.folder);
}
