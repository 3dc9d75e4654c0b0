/** `livegenre classify FILE…`: classifies files, several in parallel, and prints the results in the order of the arguments. */
import { availableParallelism } from 'node:os';
import type { CAC } from 'cac';
import { whole } from '../../models/command-line.js';
import { loadBundle } from '../../models/model-folder.js';
import { MAX_TAGS } from '../protocol/client-messages.js';
import type { Classified } from '../protocol/messages.js';
import { FILE_SHARD_SETTINGS, type FileProgress } from '../files/classify-sound.js';
import { envOf, readSettings, SettingError } from '../settings.js';
import { Shards } from '../shards/shards.js';
import { classifyFile } from './classify-file.js';
import { ClassifyProgress } from './progress.js';
import { report } from './report.js';
import { DEFAULT_TAGS, TAGS_HELP } from './tag-words.js';
import { colours, paint } from './terminal.js';

const DEFAULT_JOBS = 4;
const MAX_JOBS = 64;
/** Conventional exit code after SIGINT (128 + 2). */
const INTERRUPTED_EXIT_CODE = 130;

interface Flags {
  readonly json?: boolean;
  readonly model?: string;
  readonly jobs?: number;
  readonly tags?: number;
  readonly '--'?: readonly string[];
}

export function register(cli: CAC): void {
  cli.command('classify [...files]', 'Say the genre of sound files, with a timeline')
    .option('--json', 'One JSON line a file')
    .option('--model <folder>', `Folder of the model (${envOf('model')}; default the one that came with this)`)
    .option('--jobs <files>', `Files at a time, 1 to ${MAX_JOBS} (default ${DEFAULT_JOBS})`, whole({ min: 1, max: MAX_JOBS }))
    .option('--tags <n>', `${TAGS_HELP} (default ${DEFAULT_TAGS} if the model has tags)`, whole({ min: 0, max: MAX_TAGS }))
    .example('  $ livegenre classify song.mp3 concert.flac')
    .example('  $ livegenre classify --json music/*.ogg > genres.jsonl')
    .example('  $ livegenre classify -- -a-name-with-a-dash.wav')
    .action(classify);
}

async function classify(named: readonly string[], flags: Flags): Promise<void> {
  const files = [...named, ...flags['--'] ?? []];
  if (files.length === 0) throw new SettingError('Name one file or more to classify.');
  const jobs = Math.min(files.length, flags.jobs ?? DEFAULT_JOBS);
  const { model, backend } = readSettings({ model: flags.model }, process.env);
  process.stdout.on('error', endWithReader);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const bundle = await loadBundle(model);
  const tags = flags.tags ?? (bundle.manifest.tags && DEFAULT_TAGS);
  const shards = await Shards.start({
    bundle,
    shards: Math.min(jobs, Math.max(1, availableParallelism() - 1)),
    settings: { ...FILE_SHARD_SETTINGS, logLevel: 'error' },
    backend: backend === 'auto' ? undefined : backend,
  });
  const progress = new ClassifyProgress();
  const painted = paint(colours(process.stdout));
  try {
    const allOk = await classifyAll(files, shards, {
      jobs,
      ...(tags !== undefined && { tags }),
      signal: stop.signal,
      onProgress: (index, fileProgress) => progress.show(files[index]!, index + 1, files.length, fileProgress),
      onAnswer: (answer) => {
        progress.clear();
        process.stdout.write(`${flags.json ? JSON.stringify(answer) : report(answer, painted)}\n`);
      },
    });
    if (!allOk) process.exitCode = 1;
  } finally {
    progress.clear();
    await shards.close();
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
  }
  if (stop.signal.aborted) {
    process.stderr.write('Stopped.\n');
    process.exitCode = INTERRUPTED_EXIT_CODE;
  }
}

export interface ClassifyAllOptions {
  /** Files at a time. */
  readonly jobs: number;
  /** Most tags in an answer; none unless set. */
  readonly tags?: number;
  /** Called in the order of `files`, as soon as all earlier ones are done. */
  readonly onAnswer: (answer: Classified) => void;
  /** Called only for the first unfinished file, since there is one progress line. */
  readonly onProgress?: (index: number, progress: FileProgress) => void;
  readonly signal?: AbortSignal;
}

/** @returns whether every file was classified without an error */
export async function classifyAll(files: readonly string[], shards: Shards, { jobs, tags, onAnswer, onProgress, signal }: ClassifyAllOptions): Promise<boolean> {
  const answers: (Classified | undefined)[] = files.map(() => undefined);
  let next = 0;
  let reported = 0;
  let allOk = true;
  const work = async (): Promise<void> => {
    while (next < files.length && !signal?.aborted) {
      const index = next;
      next += 1;
      const answer = await classifyFile(files[index]!, shards, {
        ...(signal && { signal }),
        ...(tags !== undefined && { tags }),
        onProgress: (progress) => {
          if (index === reported) onProgress?.(index, progress);
        },
      });
      if (signal?.aborted) return;
      answers[index] = answer;
      if (answer.error) allOk = false;
      for (let ready = answers[reported]; ready; ready = answers[reported]) {
        onAnswer(ready);
        reported += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return allOk;
}

/** A closed pipe, as with `| head`, is not an error. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
