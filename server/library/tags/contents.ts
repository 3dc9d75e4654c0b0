/**
 * All that a file's tags say, read by music-metadata, which is not the library that writes, and its packets of
 * sound: what must be the same before and after a tag is written.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parseFile } from 'music-metadata';
import { Ffmpeg } from '../../sources/ffmpeg.js';
import { TagError } from './editor.js';
import { OWN_FIELD } from './fields.js';

export interface Tags {
  /** `ID3v2.4 TIT2` and the like, with their values in order; pictures and other bytes as their hash. */
  readonly fields: ReadonlyMap<string, readonly unknown[]>;
}

/** Ids of the genre, and of our own field. `gnre` is the genre of MP4 as a number. */
const ASKED = /^(TCON|GENRE|©gen|gnre|(TXXX:|----:com\.apple\.iTunes:)?LIVEGENRE)$/i;

/** @throws TagError when the file can't be read */
export async function tagsOf(path: string): Promise<Tags> {
  const fields = new Map<string, unknown[]>();
  try {
    const { native } = await parseFile(path, { skipPostHeaders: false });
    for (const [type, tags] of Object.entries(native)) {
      for (const { id, value } of tags) {
        const name = `${type} ${id}`;
        fields.set(name, [...fields.get(name) ?? [], plain(value)]);
      }
    }
  } catch (error) {
    throw new TagError(`its tags can't be read (${(error as Error).message})`);
  }
  return { fields };
}

/** The first field besides the asked ones that is not the same in both; undefined if there is none. */
export function differenceOf(before: Tags, after: Tags): string | undefined {
  return [...new Set([...before.fields.keys(), ...after.fields.keys()])].find((name) => !isAsked(name) && !isDeepStrictEqual(before.fields.get(name), after.fields.get(name)));
}

/** Values of our own field, by any name. */
export function ownValues({ fields }: Tags): unknown[] {
  return [...fields].filter(([name]) => idOf(name).toUpperCase().endsWith(OWN_FIELD)).flatMap(([, values]) => values);
}

/** Values of the genre, by any name but that of ID3v1, which has numbers only. */
export function genreValues({ fields }: Tags): unknown[] {
  return [...fields].filter(([name]) => isAsked(name) && !idOf(name).toUpperCase().endsWith(OWN_FIELD)).flatMap(([, values]) => values);
}

/** A genre that is not in the field that is written: in ID3v1, APE or RIFF INFO. */
export function otherGenre({ fields }: Tags): string | undefined {
  return [...fields].filter(([name]) => /^(ID3v1 genre|APEv2 Genre|exif IGNR)$/i.test(name)).flatMap(([, values]) => values).map(String).find((value) => value !== '');
}

function isAsked(name: string): boolean {
  return !name.startsWith('ID3v1') && !name.startsWith('APEv2') && ASKED.test(idOf(name));
}

function idOf(name: string): string {
  return name.slice(name.indexOf(' ') + 1);
}

/** Bytes as their hash. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return createHash('sha256').update(value).digest('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  return value;
}

/**
 * Whether the packets of sound of both files are the same, byte for byte.
 * @throws TagError when they can't be read
 */
export async function isSameSound(one: string, other: string): Promise<boolean> {
  const hashOf = (input: number): string[] => ['-map', `${input}:a`, '-c', 'copy', '-f', 'hash', '-hash', 'sha256'];
  const ffmpeg = new Ffmpeg([
    '-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+error', '-protocol_whitelist', 'file,pipe', '-i', `file:${one}`, '-protocol_whitelist', 'file,pipe', '-i', `file:${other}`,
    ...hashOf(0), 'pipe:1', ...hashOf(1),
  ], () => {});
  let text = '';
  for await (const bytes of ffmpeg.output as AsyncIterable<Uint8Array>) text += Buffer.from(bytes).toString('latin1');
  const { exitCode } = await ffmpeg.end;
  // A line for each file. `streamhash` would have one for each stream, but the packaged FFmpeg lacks it.
  const [first, second, ...more] = [...text.matchAll(/^SHA256=(\w+)$/gm)].map(([, hash]) => hash);
  if (exitCode !== 0 || first === undefined || second === undefined || more.length > 0) throw new TagError('its sound can\'t be read');
  return first === second;
}
