/** What is known of a file that is being classified, built from the server's events. */
import type { Classified, Columns, ErrorMessage, Prediction, StreamState, Stretch } from '../../../server/protocol/messages.js';
import { decodeColumns } from '../../sdk/columns.js';
import type { ServerEvent } from './event-reader.js';
import { levelPyramid, peakPyramid } from './pyramid.js';

export interface FileProgress {
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
  readonly scoredMs: number;
  /** Length that the file announces. */
  readonly durationMs: number | null;
  readonly elapsedMs: number;
}

/** A part of the file with one live state and genre. */
export interface LiveStretch {
  readonly state: StreamState;
  readonly genre: string | null;
  readonly fromMs: number;
  toMs: number;
  /** Mean confidence. */
  p: number;
  blocks: number;
}

export interface SoundFormat {
  readonly bands: number;
  /** Distance of two columns, ms. */
  readonly hopMs: number;
  readonly blockMs: number;
}

export class FileAnalysis {
  readonly format: SoundFormat;
  readonly levels;
  readonly peaks = peakPyramid();
  /** Distance of two points of `peaks`, ms; 0 before the first block. */
  pointMs = 0;
  readonly stretches: Stretch[] = [];
  readonly live: LiveStretch[] = [];
  /** The newest one. */
  prediction: Prediction | undefined;
  progress: FileProgress | undefined;
  answer: Classified | undefined;
  /** Why there is no answer. */
  failure: Pick<ErrorMessage, 'code' | 'message'> | undefined;

  constructor(format: SoundFormat) {
    this.format = format;
    this.levels = levelPyramid(format.bands);
  }

  /** Sound heard so far. */
  get heardMs(): number {
    return this.answer?.durationMs ?? this.prediction?.atMs ?? 0;
  }

  /** Length of the time axis: that of the file, as far as it is known. */
  get durationMs(): number {
    return this.answer ? this.answer.durationMs || this.heardMs : Math.max(this.heardMs, this.progress?.durationMs ?? 0);
  }

  push({ type, data }: ServerEvent): void {
    switch (type) {
      case 'progress':
        this.progress = JSON.parse(data) as FileProgress;
        break;
      case 'prediction':
        this.#predict(JSON.parse(data) as Prediction);
        break;
      case 'columns':
        this.#draw(JSON.parse(data) as Columns);
        break;
      case 'stretch':
        this.stretches.push(JSON.parse(data) as Stretch);
        break;
      case 'summary':
        this.answer = JSON.parse(data) as Classified;
        break;
      case 'error':
        this.failure = JSON.parse(data) as ErrorMessage;
    }
  }

  /** The stretch whose beginning is nearest to a time, at or before it; undefined before the first. */
  stretchAt(ms: number): Stretch | undefined {
    const index = this.stretchIndexAt(ms);
    return index < 0 ? undefined : this.stretches[index];
  }

  stretchIndexAt(ms: number): number {
    let [low, high] = [0, this.stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.stretches[middle]!.fromMs <= ms) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #predict(prediction: Prediction): void {
    const { atMs, state, genre, p } = prediction;
    this.prediction = prediction;
    const last = this.live.at(-1);
    if (last?.state === state && last.genre === genre) {
      last.toMs = atMs;
      last.p += (p - last.p) / (last.blocks += 1);
    } else this.live.push({ state, genre, fromMs: last?.toMs ?? 0, toMs: atMs, p, blocks: 1 });
  }

  #draw(columns: Columns): void {
    const { levels, peaks } = decodeColumns(columns);
    this.levels.append(levels as Uint8Array<ArrayBuffer>);
    this.peaks.append(peaks as Int8Array<ArrayBuffer>);
    this.pointMs = this.format.blockMs / (peaks.length / 2);
  }
}
