/** Writes recordings to a data pack, several files concurrently but in order; unusable files are skipped and reported. */
import { relative, sep } from 'node:path';
import type { FeatureName } from '../../dsp/descriptors/feature-rows.js';
import type { FrontEnd } from '../../dsp/mel/mel-columns.js';
import type { PackWriter } from '../../models/packs/pack-writer.js';
import { FileError } from '../sources/file.js';
import type { Recording } from './collection.js';
import { measureInOrder } from './measure-in-order.js';
import { measureRecording, type RecordingRows } from './measure-recording.js';

/** A file left out of the pack. */
export interface SkippedFile {
  /** Path relative to the collection. */
  readonly file: string;
  /** Reason, such as "is silent". */
  readonly reason: string;
}

export interface PackOptions {
  /** Folder of the pack; tracks' `audio` paths are relative to it. */
  readonly folder: string;
  readonly frontEnd: FrontEnd;
  readonly features: readonly FeatureName[];
  /** Files decoded concurrently; finished ones are held in memory until their turn. */
  readonly jobs: number;
  readonly signal?: AbortSignal;
  /** Called after each file. */
  readonly onFile?: () => void;
}

/**
 * @returns the skipped files; after an abort, those skipped so far
 * @throws FileError `no-ffmpeg`: no file can be read
 */
export async function packRecordings(recordings: readonly Recording[], writer: PackWriter, { folder, frontEnd, features, jobs, signal, onFile }: PackOptions): Promise<SkippedFile[]> {
  const skipped: SkippedFile[] = [];
  const measure = (path: string): Promise<RecordingRows | undefined> => measureRecording(path, frontEnd, features, signal);
  for await (const { recording: { path, id, genre }, measured } of measureInOrder(recordings, measure, { jobs, ...(signal && { signal }) })) {
    if (measured instanceof FileError) skipped.push({ file: id, reason: measured.message });
    else await writer.add({ id, genre, audio: relative(folder, path).split(sep).join('/') }, measured.levels, measured.features);
    onFile?.();
  }
  return skipped;
}
