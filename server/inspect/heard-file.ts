/** All that a page about a file shows, in one pass: what the network heard and said, and the classical pictures of the same sound. */
import { FeatureRows } from '../../dsp/descriptors/feature-rows.js';
import type { Manifest } from '../../models/manifest.js';
import { MonoSamples } from '../data-packs/samples.js';
import { classifySound, type FileProgress, type Sound } from '../files/classify-sound.js';
import type { Classified, Columns, Stretch } from '../protocol/messages.js';
import type { Shards } from '../shards/shards.js';
import { FileError, SoundFile } from '../sources/file.js';

/** Longer files are refused: their pictures would show nothing, and all numbers are in memory. */
export const MAX_MINUTES = 180;
const MINUTE_MS = 60_000;

export interface HeardFile {
  readonly answer: Classified;
  readonly stretches: readonly Stretch[];
  /** [columns × bands] level bytes. */
  readonly levels: Uint8Array;
  /** [points][lowest, highest] sample, -127 to 127; a column has the same number of points everywhere. */
  readonly peaks: Int8Array;
  /** [columns × 12], C first, 0 to 1. */
  readonly chroma: Float32Array;
  /** [columns × 48], 0 to 1; tempi as `bpmOfTempo` says. */
  readonly tempogram: Float32Array;
}

/** A file that is longer than `MAX_MINUTES`. */
export class TooLong extends Error {
  constructor() {
    super(`is longer than ${MAX_MINUTES} minutes; cut out what you want to look at, or use livegenre classify`);
  }
}

export interface HearOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FileProgress) => void;
}

/**
 * @param name to show
 * @returns what could be decoded of a damaged file, with the problem in `answer.error`
 * @throws FileError when nothing can be shown: no sound, silence; TooLong; the signal's reason when it aborts
 */
export async function hearFile(path: string, name: string, shards: Shards, { frontEnd, labels }: Manifest, { signal, onProgress }: HearOptions = {}): Promise<HeardFile> {
  const file = await SoundFile.open(path);
  if ((file.durationMs ?? 0) > MAX_MINUTES * MINUTE_MS) {
    await file.close();
    throw new TooLong();
  }
  const features = new FeatureRows(frontEnd, ['chroma', 'tempogram']);
  const levels: Buffer[] = [];
  const peaks: Buffer[] = [];
  const stretches: Stretch[] = [];
  const answer = await classifySound(name, measured(file, frontEnd.sampleRate, features), (format) => shards.open({ id: name, format, topK: labels.length, spectrogram: true, stretches: true }), {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    onMessage({ type, json }) {
      if (type === 'columns') {
        const columns = JSON.parse(json) as Columns;
        levels.push(Buffer.from(columns.levels, 'base64'));
        peaks.push(Buffer.from(columns.peaks, 'base64'));
      } else if (type === 'stretch') stretches.push(JSON.parse(json) as Stretch);
    },
    ready: async () => {
      if (file.decodedMs > MAX_MINUTES * MINUTE_MS) throw new TooLong();
    },
  });
  signal?.throwIfAborted();
  const isSilent = answer.segments.every(({ state }) => state === 'silence' || state === 'warming');
  if (answer.error !== undefined && (levels.length === 0 || isSilent)) throw new FileError('empty', answer.error);
  const { chroma, tempogram } = features.rows();
  return { answer, stretches, levels: Buffer.concat(levels), peaks: new Int8Array(Buffer.concat(peaks)), chroma: chroma!, tempogram: tempogram! };
}

/** The sound, whose samples go through `features` on their way. */
function measured(file: SoundFile, sampleRate: number, features: FeatureRows): Sound {
  const samples = new MonoSamples(file.format, sampleRate);
  return {
    format: file.format,
    get durationMs() { return file.durationMs; },
    get note() { return file.note; },
    async* chunks() {
      try {
        for await (const chunk of file.chunks()) {
          for (const part of samples.push(chunk)) features.push(part);
          yield chunk;
        }
      } finally {
        features.push(samples.flush());
      }
    },
    close: () => file.close(),
  };
}
