/** `livegenre playlist`: a playlist like a file, or of some genres, from a library. */
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import type { CAC } from 'cac';
import { decimal, whole } from '../../models/command-line.js';
import { unitVector } from '../../models/embedding.js';
import { writeAtomically } from '../../models/write-atomically.js';
import { similarityOf, walk } from '../library/alike/choose.js';
import type { AlikeTrack, Tracks } from '../library/alike/library.js';
import { DEFAULT_PER_ARTIST, type Seed } from '../library/alike/rules.js';
import { countTags, isWished, wordsAmong } from '../library/wished.js';
import { isText } from '../sources/file-names.js';
import { SettingError } from '../settings.js';
import { MOOD_WORDS } from '../tune/wish.js';
import { LIBRARY_OPTION, MODEL_OPTION, trackName, trackView, withLibrary, type LibraryFlags } from './alike-library.js';
import { clock } from './terminal.js';

const DEFAULT_MINUTES = 60;
const DEFAULT_MIN_P = 0.5;

interface Flags extends LibraryFlags {
  readonly like?: string;
  readonly genre?: string;
  readonly mood?: string;
  readonly tag?: string;
  readonly minutes: number;
  readonly minP?: number;
  readonly perArtist?: number;
  readonly out?: string;
  readonly json?: boolean;
}

export function register(cli: CAC): void {
  cli.command('playlist', 'Make a playlist like a file, or of some genres, from a library')
    .option('--like <file>', 'File that it begins with and stays near to')
    .option('--genre <genres>', 'Only tracks of these genres, such as jazz,blues')
    .option('--mood <moods>', `Only tracks that are all of these: ${MOOD_WORDS.join(', ')}`)
    .option('--tag <tags>', 'Only tracks with all of these tags, such as piano,instrumental')
    .option('--minutes <minutes>', `Length; it ends with the track that reaches it (default ${DEFAULT_MINUTES})`, decimal({ wanted: 'a number above 0', holds: (minutes) => minutes > 0, fallback: DEFAULT_MINUTES }))
    .option('--min-p <confidence>', `With --genre: least confidence, 0 to 1 (default ${DEFAULT_MIN_P})`, decimal({ wanted: 'a number from 0 to 1', holds: (p) => p >= 0 && p <= 1 }))
    .option('--per-artist <tracks>', `At most so many of one artist (default ${DEFAULT_PER_ARTIST})`, whole({ min: 1 }))
    .option('--out <file>', 'Write FILE.m3u8 or FILE.json, paths relative to it; without it print M3U8 with whole paths')
    .option('--json', 'Print JSON')
    .option(...LIBRARY_OPTION)
    .option(...MODEL_OPTION)
    .example('  $ livegenre playlist --like Music/song.mp3 --minutes 60 --out evening.m3u8')
    .example('  $ livegenre playlist --library Music --genre jazz,blues --json')
    .example('  $ livegenre playlist --library Music --mood calm,happy')
    .action(playlist);
}

async function playlist({ like, genre, mood, tag, minutes, minP, perArtist = DEFAULT_PER_ARTIST, out, json, ...flags }: Flags): Promise<void> {
  if ([like, genre, mood, tag].every((each) => each === undefined)) throw new SettingError('Name a file with --like, genres with --genre, or what else is wanted with --mood and --tag.');
  if (minP !== undefined && genre === undefined) throw new SettingError('--min-p is for --genre.');
  const type = out === undefined ? undefined : extname(out).toLowerCase();
  if (type !== undefined && type !== '.m3u8' && type !== '.json') throw new SettingError('--out must end with .m3u8 or .json.');
  await withLibrary(flags, like, async ({ library, tracks, seed: hear }) => {
    const isOfGenre = genreFilter(tracks, genre, minP ?? DEFAULT_MIN_P);
    const isOfMood = besideFilter(tracks, mood, tag);
    const allows = (row: number): boolean => isOfGenre(row) && isOfMood(row);
    const seed: Seed & { readonly row?: number } = like === undefined ? middleOf(tracks, allows) : await hear(like);
    const msOf = (rows: readonly number[]): number => rows.reduce((sum, row) => sum + tracks.tracks[row]!.durationMs, 0);
    const wantedMs = minutes * 60_000;
    const rows = walk(tracks, seed, (soFar) => msOf(soFar) >= wantedMs, { perArtist, allows });
    if (rows.length === 0) throw new SettingError('No track of the library fits.');
    const chosen = rows.map((row) => ({ track: tracks.tracks[row]!, similarity: similarityOf(tracks.matrix.cosineWith(seed.vector, row)) }));
    const lengthMs = msOf(rows);
    if (type === '.json' || (out === undefined && json === true)) await give(out, `${JSON.stringify({ lengthMs, tracks: chosen.map(({ track, similarity }) => ({ ...trackView(track), similarity })) })}\n`);
    else await give(out, m3u8(chosen.map(({ track }) => track), library.root, out));
    if (lengthMs < wantedMs) process.stderr.write(`Only ${clock(lengthMs)}: the library has no more that fits.\n`);
    else if (out !== undefined) process.stderr.write(`${rows.length} tracks, ${clock(lengthMs)}.\n`);
  });
}

/** @throws SettingError for a genre that the model does not have */
function genreFilter(tracks: Tracks, genre: string | undefined, minP: number): (row: number) => boolean {
  if (genre === undefined) return () => true;
  const wanted = choices('--genre', genre, tracks.model?.labels ?? [], 'the library has no model');
  return (row) => {
    const { genre: own, p } = tracks.tracks[row]!;
    return own !== null && wanted.includes(own) && p >= minP;
  };
}

/** @throws SettingError for a mood that there is not, or a tag that no track has */
function besideFilter({ tracks }: Tracks, mood: string | undefined, tag: string | undefined): (row: number) => boolean {
  if (mood === undefined && tag === undefined) return () => true;
  const wish = {
    moods: mood === undefined ? [] : choices('--mood', mood, MOOD_WORDS, 'there are none'),
    tags: tag === undefined ? [] : choices('--tag', tag, countTags(tracks).map(([name]) => name), 'the library has none yet; livegenre library DIR hears them'),
  };
  return (row) => isWished(tracks[row]!, wish);
}

/** @throws SettingError for a word that is not known */
function choices<Word extends string>(option: string, given: string, known: readonly Word[], none: string): readonly Word[] {
  const found = wordsAmong(given, known);
  if ('words' in found) return found.words;
  throw new SettingError(`${option} must be one or more of these, with commas${found.unknown === '' ? '' : `, not ${JSON.stringify(found.unknown)}`}: ${known.length > 0 ? known.join(', ') : none}.`);
}

/** Without a file the walk stays near the middle of all that may be chosen. */
function middleOf({ matrix }: Tracks, allows: (row: number) => boolean): Seed {
  const sum = new Float64Array(matrix.size);
  for (let row = 0; row < matrix.rows; row += 1) if (allows(row)) matrix.row(row).forEach((value, index) => { sum[index]! += value; });
  const vector = unitVector(sum);
  if (!vector) throw new SettingError('No track of the library is of these genres with that confidence.');
  return { vector };
}

/** Extended M3U. Names that are no text, or have line ends, can't be written in it. */
function m3u8(tracks: readonly AlikeTrack[], root: string, out: string | undefined): string {
  const lines = tracks.filter(({ path }) => isText(path) && !/[\r\n]/.test(path)).flatMap((track) => {
    const whole = join(resolve(root), track.path);
    const entry = out === undefined ? whole : relative(dirname(resolve(out)), whole).split(sep).join('/');
    return [`#EXTINF:${Math.round(track.durationMs / 1000)},${trackName(track).replace(/\p{Cc}/gu, ' ')}`, out === undefined || entry.startsWith('.') ? entry : `./${entry}`];
  });
  return `${['#EXTM3U', ...(out === undefined ? [] : [`#PLAYLIST:${basename(out, extname(out))}`]), ...lines].join('\n')}\n`;
}

async function give(out: string | undefined, text: string): Promise<void> {
  if (out === undefined) process.stdout.write(text);
  else await writeAtomically(out, text);
}
