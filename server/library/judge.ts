/**
 * Hears a group of files in this thread: all of them through one FFmpeg process and one engine. What is
 * unusual about a file sends it alone through `SoundFile`, as `classify` does, so that its answer and its
 * error are the same.
 */
import { embeddingOutputs, unitVector } from '../../models/embedding.js';
import type { Manifest } from '../../models/manifest.js';
import { classified } from '../files/classified.js';
import type { Classified } from '../protocol/messages.js';
import { classifySound } from '../files/classify-sound.js';
import { FileGroup, isPlainName, type GroupPart, type PartSound } from '../sources/file-group.js';
import { examineFile, FileError, isShorter, SoundFile, type FileProblem } from '../sources/file.js';
import { readableName } from '../sources/file-names.js';
import { joinedRecordings } from '../sources/joined-recordings.js';
import { lengthHint } from './length-hint.js';
import type { LocalStream, LocalStreams } from './local-streams.js';
import type { Names } from './names.js';
import { readNames } from './read-names.js';
import { SpectrumSums } from './spectrum.js';
import { joinAnswers, stretchesOf, type Stretch } from './stretches.js';

/** What is wrong with a file: it can't be read or decoded as a whole, or there is nothing in it to judge. */
export type Problem = FileProblem | 'nothing-to-judge' | 'not-scored';

export interface Judgement extends Classified {
  readonly problem?: Problem;
  /** Only three stretches were heard. */
  readonly isQuick: boolean;
  /** Of length 1; empty where there is no music, undefined if the model has none. */
  readonly embedding?: Float32Array;
  /** As `spectrum.ts` says; undefined where all is silent or the model has no embedding. */
  readonly spectrum?: Int16Array;
  /** What the tags say; undefined if nothing. */
  readonly names?: Names;
}

/** What a stream has summed up, beside its answer. */
type Sums = Pick<LocalStream, 'embeddingSum' | 'spectrumSums'>;

interface Heard {
  readonly answer: Classified;
  readonly sums: Sums;
}

export interface JudgeOptions {
  readonly streams: LocalStreams;
  readonly model: Manifest;
  readonly quick: boolean;
  /** Kills FFmpeg; `judgeGroup` then rejects or gives answers that are of no use. */
  readonly signal: AbortSignal;
}

/** A file that a group may hold. */
interface Examined {
  readonly path: string;
  readonly parts: readonly GroupPart[];
  readonly stretches: readonly Stretch[] | undefined;
  readonly durationMs: number | undefined;
}

/**
 * @param paths absolute, as `file-names.ts` writes them
 * @param onJudgement called once for each, in any order
 * @throws what is not the fault of a file: FFmpeg is missing, the network fails
 */
export async function judgeGroup(paths: readonly string[], options: JudgeOptions, onJudgement: (path: string, judgement: Judgement) => void): Promise<void> {
  const onAnswer: OnAnswer = async (path, judgement, ...sums) => {
    const names = judgement.problem === 'not-found' ? undefined : await readNames(path);
    onJudgement(path, { ...judgement, ...(options.model.tags && { tags: judgement.tags ?? [] }), ...embeddingFrom(sums.map(({ embeddingSum }) => embeddingSum), options.model), ...spectrumFrom(sums.map(({ spectrumSums }) => spectrumSums), options.model), ...(names && { names }) });
  };
  const together: Examined[] = [];
  const alone: string[] = [];
  for (const path of paths) {
    try {
      const examined = isPlainName(path) ? await examine(path, options.quick) : undefined;
      if (examined) together.push(examined);
      else alone.push(path);
    } catch (error) {
      await onAnswer(path, failed(path, error));
    }
  }
  alone.push(...await hearTogether(together, options, onAnswer));
  for (const path of alone) {
    if (options.signal.aborted) return;
    const { judgement, sums } = await hearAlone(path, options);
    await onAnswer(path, judgement, ...sums);
  }
  if (options.streams.fault !== undefined) throw options.streams.fault;
}

/** @returns undefined where it must be heard alone */
async function examine(path: string, quick: boolean): Promise<Examined | undefined> {
  const { extent, also: durationMs } = await examineFile(path, async (file, found) => (quick ? lengthHint(file, found) : found.durationMs));
  if (extent.isCut || extent.lacksIndex || extent.raw) return undefined;
  const stretches = quick ? stretchesOf(durationMs) : undefined;
  return { path, stretches, durationMs, parts: (stretches ?? [undefined]).map((stretch) => ({ path, extent, stretch })) };
}

/** @returns the files that must be heard alone */
async function hearTogether(files: readonly Examined[], options: JudgeOptions, onAnswer: OnAnswer): Promise<string[]> {
  if (files.length === 0 || options.signal.aborted) return [];
  const parts = files.flatMap((file) => file.parts);
  const group = new FileGroup(parts);
  const kill = (): void => group.kill();
  options.signal.addEventListener('abort', kill, { once: true });
  try {
    const answers = await Promise.all(parts.map((part, index) => hearPart(part, group.sounds[index]!, options)));
    const { isSuspect, unopened } = await group.end;
    if (options.signal.aborted) return [];
    if (unopened === 'all') return files.map(({ path }) => path);
    if (unopened !== undefined) {
      const { path } = parts[unopened]!;
      return [path, ...await hearTogether(files.filter((file) => file.path !== path), options, onAnswer)];
    }
    const left: string[] = [];
    let first = 0;
    for (const file of files) {
      const indices = file.parts.map((_part, index) => first + index);
      first += indices.length;
      const own = indices.flatMap((index) => answers[index] ?? []);
      if (own.length < indices.length || indices.some((index) => isSuspect[index]! || isCutShort(file, group.sounds[index]!))) left.push(file.path);
      else await onAnswer(file.path, await answerOf(file, own.map(({ answer }) => answer), options), ...own.map(({ sums }) => sums));
    }
    return left;
  } finally {
    options.signal.removeEventListener('abort', kill);
    group.kill();
  }
}

async function hearPart({ path }: GroupPart, sound: PartSound, { streams }: JudgeOptions): Promise<Heard | undefined> {
  const format = await sound.open();
  if (!format) {
    sound.skip();
    return undefined;
  }
  const stream = streams.open(path, format);
  const answer = await classifySound(readableName(path), { format, durationMs: undefined, chunks: () => sound.chunks(), close: async () => sound.skip() }, () => stream);
  sound.skip();
  return { answer, sums: stream };
}

async function answerOf(file: Examined, answers: readonly Classified[], { model }: JudgeOptions): Promise<Judgement> {
  if (file.stretches) return withProblem(joinAnswers(answers, file.stretches, file.durationMs ?? 0, model.smoothing.unknownBelow ?? 0, model.outside), undefined, true);
  const recordings = await joinedRecordings(file.path);
  return withProblem({ ...answers[0]!, ...(recordings > 1 && { note: `is ${recordings} recordings joined in one file` }) }, undefined, false);
}

function isCutShort({ stretches, parts }: Examined, sound: PartSound): boolean {
  if (stretches) return false;
  const { durationMs, isLengthOfSound } = parts[0]!.extent;
  const announcedMs = durationMs ?? (isLengthOfSound && !sound.isLengthEstimated ? sound.announcedMs : undefined);
  return announcedMs !== undefined && isShorter(sound.decodedMs, announcedMs);
}

async function hearAlone(path: string, { streams, signal }: JudgeOptions): Promise<{ readonly judgement: Judgement; readonly sums: readonly Sums[] }> {
  let stream: LocalStream | undefined;
  let problem: FileProblem | undefined;
  try {
    const file = await SoundFile.open(path);
    const sound = {
      format: file.format,
      durationMs: file.durationMs,
      get note() { return file.note; },
      async* chunks() {
        try {
          yield* file.chunks();
        } catch (error) {
          if (error instanceof FileError) ({ problem } = error);
          throw error;
        }
      },
      close: () => file.close(),
    };
    const answer = await classifySound(readableName(path), sound, (format) => (stream = streams.open(path, format)), { signal });
    return { judgement: withProblem(answer, problem, false), sums: stream ? [stream] : [] };
  } catch (error) {
    return { judgement: failed(path, error), sums: [] };
  }
}

type OnAnswer = (path: string, judgement: Judgement, ...sums: readonly Sums[]) => Promise<void>;

/** Sums of stretches add up to that of the file; only the direction counts. */
function embeddingFrom(sums: readonly Float64Array[], model: Manifest): Pick<Judgement, 'embedding'> {
  const size = embeddingOutputs(model);
  if (size === 0) return {};
  const total = new Float64Array(size);
  for (const sum of sums) for (let index = 0; index < size; index += 1) total[index]! += sum[index]!;
  return { embedding: unitVector(total) ?? new Float32Array(0) };
}

/** Of all stretches together. */
function spectrumFrom(sums: readonly SpectrumSums[], model: Manifest): Pick<Judgement, 'spectrum'> {
  if (embeddingOutputs(model) === 0) return {};
  const all = new SpectrumSums(model.frontEnd.bands);
  for (const each of sums) all.add(each);
  const spectrum = all.spectrum();
  return spectrum ? { spectrum } : {};
}

function failed(path: string, error: unknown): Judgement {
  if (!(error instanceof FileError) || error.problem === 'no-ffmpeg') throw error;
  return withProblem(classified(readableName(path), undefined, { trouble: error.message }), error.problem, false);
}

function withProblem(answer: Classified, found: FileProblem | undefined, isQuick: boolean): Judgement {
  if (answer.error === undefined) return { ...answer, isQuick };
  const isEmpty = answer.segments.every(({ state }) => state === 'silence' || state === 'warming');
  return { ...answer, isQuick, problem: found ?? (isEmpty ? 'nothing-to-judge' : 'not-scored') };
}
