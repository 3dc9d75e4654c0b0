/** The built-in station: the synthesiser at real-time pace, as an audio source. */
import { mergeMap, Observable, range, map, type SchedulerLike } from 'rxjs';
import { pace } from '../pace.js';
import type { Source } from '../source.js';
import { DEMO_SAMPLE_RATE, DemoSynth, toS16 } from './synth.js';

export interface DemoStationOptions {
  /** The same seed plays the same programme. */
  readonly seed?: number;
  /** Virtual in tests. */
  readonly scheduler?: SchedulerLike;
}

const CHUNK_MS = 100;

/** Plays without end, 100 ms at a time. Costs about 0.5 % of a core. */
export function demoStation({ seed = 1, scheduler }: DemoStationOptions = {}): Source {
  return {
    name: 'Demo station',
    format: { encoding: 's16le', sampleRate: DEMO_SAMPLE_RATE, channels: 1 },
    bytes$: new Observable<Uint8Array>((subscriber) => {
      const synth = new DemoSynth(seed);
      return pace({ chunkMs: CHUNK_MS, ...(scheduler && { scheduler }) }).pipe(
        mergeMap((due) => range(0, due)),
        map(() => s16Bytes(synth.render(CHUNK_MS * DEMO_SAMPLE_RATE / 1000))),
      ).subscribe(subscriber);
    }),
  };
}

/** Little-endian on any machine. */
function s16Bytes(samples: Float32Array): Uint8Array {
  const steps = toS16(samples);
  const bytes = new Uint8Array(steps.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < steps.length; i += 1) view.setInt16(i * 2, steps[i]!, true);
  return bytes;
}
