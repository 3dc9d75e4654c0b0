/** Opens what the command line names, a file or a pipe, and classifies it. */
import { classified } from '../files/classified.js';
import type { Classified } from '../protocol/messages.js';
import { classifySound, soundProblem, type ClassifyOptions, type Sound } from '../files/classify-sound.js';
import type { Shards } from '../shards/shards.js';
import { SoundFile } from '../sources/file.js';
import { readableName } from '../sources/file-names.js';
import { openPipedAudio } from '../sources/piped-audio.js';
import { openPipe } from './standard-input.js';

export interface ClassifyFileOptions extends ClassifyOptions {
  /** Most tags in the answer; none unless set. */
  readonly tags?: number;
}

/** Never rejects because of the file: its errors are in the result. */
export async function classifyFile(path: string, shards: Shards, { tags, ...options }: ClassifyFileOptions = {}): Promise<Classified> {
  const name = readableName(path);
  let sound: Sound;
  try {
    sound = await openSound(path);
  } catch (error) {
    return classified(name, undefined, { trouble: soundProblem(error) });
  }
  return classifySound(name, sound, (format) => shards.open({ id: path, format, tags }), options);
}

/** @throws FileError or PipedAudioError when it can't be read */
async function openSound(path: string): Promise<Sound> {
  const pipe = await openPipe(path);
  if (!pipe) return SoundFile.open(path);
  const { format, chunks } = await openPipedAudio(pipe.input);
  return { format, durationMs: undefined, chunks: () => chunks, close: async () => void pipe.input.destroy() };
}
