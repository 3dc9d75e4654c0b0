/** A file on this device: decoded by the browser, classified as fast as it goes, sent nowhere. */
import { LocalClassifier, type LocalClassifierOptions } from '../device/local-classifier.js';
import type { Prediction, Summary } from '../sdk/index.js';
import { SEND_SAMPLE_RATE } from '../dashboard/sources/audio-source.js';
import { fileTooBigText, MAX_FILE_BYTES, SourceError, undecodableFileText } from '../dashboard/sources/source-errors.js';

export interface FileProgress {
  readonly durationMs: number;
  readonly heardMs: number;
  /** The newest; undefined before the first. */
  readonly prediction: Prediction | undefined;
}

export interface HeardFile {
  readonly summary: Summary;
  /** From the start of decoding to the summary. */
  readonly elapsedMs: number;
}

/** Frames of one message, one second. */
const FRAMES = SEND_SAMPLE_RATE;

/**
 * @param signal ends the work; then it rejects
 * @throws SourceError with a message that says what to do
 */
export async function classifyFile(file: File, onProgress: (progress: FileProgress) => void, signal: AbortSignal): Promise<HeardFile> {
  const startedMs = performance.now();
  const sound = await decode(file);
  const durationMs = sound.duration * 1000;
  // More than two channels are mixed by the pipe as well.
  const channels = Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel));
  const options: LocalClassifierOptions = { encoding: 'f32le', sampleRate: sound.sampleRate, channels: channels.length, live: false, topK: 10, connectAttempts: 1 };
  const classifier = new LocalClassifier(options);
  signal.addEventListener('abort', () => classifier.close(), { once: true });
  classifier.on('prediction', (prediction) => onProgress({ durationMs, heardMs: prediction.atMs, prediction }));
  await classifier.connect();
  onProgress({ durationMs, heardMs: 0, prediction: undefined });
  for (let from = 0; from < sound.length; from += FRAMES) {
    if (!classifier.send(interleaved(channels, from, Math.min(sound.length, from + FRAMES)))) await classifier.drained();
  }
  return { summary: await classifier.stop(), elapsedMs: performance.now() - startedMs };
}

/** At the model's rate, which halves the memory of most files. */
async function decode(file: File): Promise<AudioBuffer> {
  if (file.size > MAX_FILE_BYTES) throw new SourceError(fileTooBigText(file.name, file.size));
  try {
    return await new OfflineAudioContext(1, 1, SEND_SAMPLE_RATE).decodeAudioData(await file.arrayBuffer());
  } catch {
    throw new SourceError(undecodableFileText(file.name));
  }
}

function interleaved(channels: readonly Float32Array[], from: number, to: number): Float32Array {
  const count = channels.length;
  const samples = new Float32Array((to - from) * count);
  channels.forEach((values, channel) => {
    for (let frame = from, at = channel; frame < to; frame++, at += count) samples[at] = values[frame]!;
  });
  return samples;
}
