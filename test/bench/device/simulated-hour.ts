/**
 * An hour of a microphone, faster than it plays: quanta of 128 stereo samples go through the code of the audio worklet,
 * the page's resampler, the SDK and the pipe, as on a page. Counts what arrives.
 */
import { clientOptions } from '../../../client/device/local-classifier.js';
import { DeviceEngine } from '../../../client/device/device-engine.js';
import { openInThread } from '../../../client/device/thread-stream.js';
import { Sender } from '../../../client/dashboard/sources/sender.js';
import { loadBundle } from '../../../models/model-folder.js';
import { DemoSynth } from '../../../server/sources/demo/synth.js';

interface Worklet { process(inputs: readonly (readonly Float32Array[])[]): boolean }

export interface Hour {
  readonly soundMs: number;
  readonly elapsedMs: number;
  readonly predictions: number;
  /** What the sound has blocks for, the last one cut off. */
  readonly wantedPredictions: number;
  /** Dropped by the page or the pipe, ms. */
  readonly droppedMs: number;
  /** Length of the stream as its summary says it, ms. */
  readonly heardMs: number;
}

const SAMPLE_RATE = 48_000;
const QUANTUM = 128;
/** Music of this length is repeated. */
const LOOP_S = 8;

/** @param modelFolder the shipped model's */
export async function simulatedHour(modelFolder: string, hours: number): Promise<Hour> {
  const startedMs = performance.now();
  const engine = new DeviceEngine(await loadBundle(modelFolder));
  const sender = new Sender('Microphone', SAMPLE_RATE, { ...clientOptions({ encoding: 's16le', sampleRate: SAMPLE_RATE, channels: 1 }, openInThread(async () => engine)), url: 'ws://device.invalid', topK: 3, spectrogram: false });
  let predictions = 0;
  let droppedMs = 0;
  sender.client.on('prediction', (prediction) => {
    predictions += 1;
    droppedMs = prediction.droppedMs;
  });
  const { blockMs } = await sender.client.connect();
  let hasPosted = false;
  const worklet = await openWorklet((samples) => {
    sender.push(samples);
    hasPosted = true;
  });
  const music = new DemoSynth(3, SAMPLE_RATE).render(LOOP_S * SAMPLE_RATE);
  const samples = Math.floor(hours * 3600 * SAMPLE_RATE / QUANTUM) * QUANTUM;
  for (let at = 0; at < samples; at += QUANTUM) {
    const from = at % music.length;
    const quantum = music.subarray(from, from + QUANTUM);
    worklet.process([[quantum, quantum]]);
    if (!hasPosted) continue;
    hasPosted = false;
    await new Promise((resolve) => { setImmediate(resolve); }); // the pipe's work and its messages
  }
  worklet.process([[]]);
  const { durationMs } = await finished(sender);
  const soundMs = 1000 * samples / SAMPLE_RATE;
  return { soundMs, elapsedMs: performance.now() - startedMs, predictions, wantedPredictions: Math.ceil(soundMs / blockMs), droppedMs: droppedMs + sender.client.droppedMs, heardMs: durationMs };
}

function finished(sender: Sender): Promise<{ durationMs: number }> {
  sender.flush();
  return sender.client.stop();
}

/** The worklet's code, in the global scope that it expects. */
async function openWorklet(post: (samples: Float32Array) => void): Promise<Worklet> {
  let Capture: (new () => Worklet) | undefined;
  Object.assign(globalThis, {
    sampleRate: SAMPLE_RATE,
    AudioWorkletProcessor: class { readonly port = { postMessage: post }; },
    registerProcessor: (_name: string, processor: new () => Worklet) => { Capture = processor; },
  });
  await import('../../../client/dashboard/capture.js');
  return new Capture!();
}
