/** A file on this device: decoded by the browser, classified as fast as it goes, sent nowhere. */
import { FRONT_END_V1 } from '../../dsp/mel/front-end.js';
import type { Ready, ServerMessage, Summary } from '../../server/protocol/messages.js';
import { FileAnalysis } from '../dashboard/model/file-analysis.js';
import { SEND_SAMPLE_RATE } from '../dashboard/sources/audio-source.js';
import { fileTooBigText, MAX_FILE_BYTES, SourceError, undecodableFileText } from '../dashboard/sources/source-errors.js';
import type { DeviceStream } from '../device/device-stream.js';
import { openInWorker } from '../device/worker-stream.js';

export interface HeardFile {
  readonly summary: Summary;
  /** From the start of decoding to the summary. */
  readonly elapsedMs: number;
}

export interface FileListener {
  /** The model is loaded; `analysis` grows from now on. */
  begun(analysis: FileAnalysis, labels: readonly string[]): void;
  /** `analysis` has grown. */
  changed(): void;
}

/** Frames of one message, one second. */
const FRAMES = SEND_SAMPLE_RATE;
/** No more than this waits for the worker: two messages of stereo. */
const MAX_WAITING_BYTES = 4 * FRAMES * 4;
const POLL_MS = 5;

/**
 * @param signal ends the work; then it rejects
 * @throws SourceError with a message that says what to do
 */
export async function classifyFile(file: File, listener: FileListener, signal: AbortSignal): Promise<HeardFile> {
  const startedMs = performance.now();
  const sound = await decode(file);
  const durationMs = sound.duration * 1000;
  // More than two channels are mixed by the pipe as well.
  const channels = Array.from({ length: sound.numberOfChannels }, (_, channel) => sound.getChannelData(channel));
  let stream: DeviceStream | undefined;
  try {
    const summary = await new Promise<Summary>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new SourceError('It was stopped.')), { once: true });
      let analysis: FileAnalysis | undefined;
      let found: Summary | undefined;
      stream = openInWorker()({
        opened: () => stream!.start({ type: 'start', version: 1, encoding: 'f32le', sampleRate: sound.sampleRate, channels: channels.length, topK: 10, tags: 0, spectrogram: true, stretches: true }),
        message: (data) => {
          const message = JSON.parse(data) as ServerMessage;
          if (message.type === 'ready') {
            listener.begun(analysis = begin(message, durationMs), message.model.labels);
            void send(stream!, channels, signal);
          } else if (message.type === 'summary') found = message;
          else {
            analysis?.push({ type: message.type, data });
            listener.changed();
          }
        },
        ended: (failure) => (found ? resolve(found) : reject(new SourceError(failure?.message ?? 'The classifier ended without an answer.'))),
      });
    });
    return { summary, elapsedMs: performance.now() - startedMs };
  } finally {
    stream?.close();
  }
}

function begin({ blockMs }: Ready, durationMs: number): FileAnalysis {
  const { bands, hop, sampleRate } = FRONT_END_V1;
  const analysis = new FileAnalysis({ bands, hopMs: hop / sampleRate * 1000, blockMs });
  analysis.progress = { receivedBytes: 0, totalBytes: null, scoredMs: 0, durationMs, elapsedMs: 0 };
  return analysis;
}

async function send(stream: DeviceStream, channels: readonly Float32Array[], signal: AbortSignal): Promise<void> {
  const { length } = channels[0]!;
  for (let from = 0; from < length; from += FRAMES) {
    while (stream.waitingBytes > MAX_WAITING_BYTES) await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
    if (signal.aborted) return;
    stream.send(new Uint8Array(interleaved(channels, from, Math.min(length, from + FRAMES)).buffer));
  }
  stream.end();
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

function interleaved(channels: readonly Float32Array[], from: number, to: number): Float32Array<ArrayBuffer> {
  const count = channels.length;
  const samples = new Float32Array((to - from) * count);
  channels.forEach((values, channel) => {
    for (let frame = from, at = channel; frame < to; frame++, at += count) samples[at] = values[frame]!;
  });
  return samples;
}
