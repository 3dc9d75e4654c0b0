/** The two fields that the library writes: the genre, and one of its own that says who wrote it. */
import { round } from '../../pipe/segments.js';

/** Name of our field: TXXX in ID3, a Vorbis comment, a freeform atom in MP4. */
export const OWN_FIELD = 'LIVEGENRE';

/** What is in a file, or is to be there. */
export interface Fields {
  /** Empty for none. */
  readonly genre: readonly string[];
  /** Undefined for none. */
  readonly own: string | undefined;
}

/** Our answer, as it stands in our field. */
export interface OwnAnswer {
  /** As it stands in the genre field, such as `Hip-Hop`. */
  readonly genre: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly model: string;
  readonly version: string;
  /** The genre field has this genre because we wrote it. */
  readonly isWritten: boolean;
}

/** Genres that people write in another way than with a capital. */
const SPELLINGS: Readonly<Record<string, string>> = { hiphop: 'Hip-Hop', rnb: 'R&B' };

/** A label of a model as people write it: `hiphop` as `Hip-Hop`, `jazz` as `Jazz`. */
export function genreName(label: string): string {
  return SPELLINGS[label] ?? `${label.charAt(0).toUpperCase()}${label.slice(1)}`;
}

/** `genre=Jazz; confidence=0.83; model=genre-v1; version=1.0.0; tag=written` */
export function ownText({ genre, confidence, model, version, isWritten }: OwnAnswer): string {
  const parts = { genre, confidence: String(round(confidence, 2)), model, version, tag: isWritten ? 'written' : 'kept' };
  return Object.entries(parts).map(([name, value]) => `${name}=${value.replace(/[;=\s]+/g, ' ')}`).join('; ');
}

/** @returns undefined for what is not ours */
export function readOwn(text: string | undefined): OwnAnswer | undefined {
  const parts = new Map((text ?? '').split('; ').map((part): [string, string] => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
  const [genre, confidence, model, version, tag] = ['genre', 'confidence', 'model', 'version', 'tag'].map((name) => parts.get(name));
  if (!genre || model === undefined || version === undefined || !Number.isFinite(Number(confidence))) return undefined;
  return { genre, confidence: Number(confidence), model, version, isWritten: tag === 'written' };
}

export type GenreMode = 'if-empty' | 'replace' | 'add';

/** What the fields should be after our answer. A genre that we wrote and nobody changed is ours to change. */
export function wantedFields({ genre, own }: Fields, answer: Omit<OwnAnswer, 'isWritten'>, mode: GenreMode): Fields {
  const before = readOwn(own);
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const others = before?.isWritten ? genre.filter((each) => !same(each, before.genre)) : genre;
  const isThere = others.some((each) => same(each, answer.genre));
  const wasOurs = others.length < genre.length;
  const write = mode === 'replace' ? [answer.genre]
    : others.length === 0 ? [answer.genre]
      : (mode === 'add' || wasOurs) && !isThere ? [...others, answer.genre]
        : others;
  return { genre: write, own: ownText({ ...answer, isWritten: write.includes(answer.genre) && !isThere }) };
}

export function sameFields(one: Fields, other: Fields): boolean {
  return one.own === other.own && one.genre.length === other.genre.length && one.genre.every((each, index) => each === other.genre[index]);
}
