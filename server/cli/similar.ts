/** `livegenre similar FILE`: the tracks of a library that are most like a file. */
import type { CAC } from 'cac';
import { whole } from '../../models/command-line.js';
import { mostAlike, similarityOf } from '../library/alike/choose.js';
import { DEFAULT_PER_ARTIST } from '../library/alike/rules.js';
import { SettingError } from '../settings.js';
import { LIBRARY_OPTION, MODEL_OPTION, trackName, trackView, withLibrary, type LibraryFlags } from './alike-library.js';
import { clock, printable } from './terminal.js';

const DEFAULT_COUNT = 10;

interface Flags extends LibraryFlags {
  readonly count?: number;
  readonly perArtist?: number;
  readonly json?: boolean;
  readonly '--'?: readonly string[];
}

export function register(cli: CAC): void {
  cli.command('similar [...file]', 'List the tracks of a library that are most like a file')
    .option(...LIBRARY_OPTION)
    .option('-n, --count <tracks>', `Number of tracks (default ${DEFAULT_COUNT})`, whole({ min: 1, max: 10_000 }))
    .option('--per-artist <tracks>', `At most so many of one artist (default ${DEFAULT_PER_ARTIST})`, whole({ min: 1 }))
    .option('--json', 'One JSON object')
    .option(...MODEL_OPTION)
    .example('  $ livegenre similar Music/song.mp3')
    .example('  $ livegenre similar download.mp3 --library Music -n 20')
    .action(similar);
}

async function similar(words: readonly string[], { '--': rest = [], ...flags }: Flags): Promise<void> {
  const [file, ...more] = [...words, ...rest];
  if (file === undefined || more.length > 0) throw new SettingError(file === undefined ? 'Name the file.' : 'Name one file.');
  await withLibrary(flags, file, async ({ tracks, seed: hear }) => {
    const seed = await hear(file);
    const { row } = seed;
    const rows = mostAlike(tracks, seed, flags.count ?? DEFAULT_COUNT, { perArtist: flags.perArtist ?? DEFAULT_PER_ARTIST, allows: (other) => other !== row });
    const found = rows.map((other) => ({ track: tracks.tracks[other]!, similarity: similarityOf(tracks.matrix.cosineWith(seed.vector, other)) }));
    if (flags.json) process.stdout.write(`${JSON.stringify({ file, tracks: found.map(({ track, similarity }) => ({ ...trackView(track), similarity })) })}\n`);
    else process.stdout.write(found.map(({ track, similarity }) => `${similarity.toFixed(2)}  ${printable(trackName(track))}  ${track.genre ?? '–'}, ${clock(track.durationMs)}  ${printable(track.path)}\n`).join(''));
  });
}
