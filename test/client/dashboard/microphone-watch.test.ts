/** Whether sound comes from a microphone, and why not: judged from what arrives and what the browser says. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MicrophoneWatch, type CaptureState, type Interruption } from '../../../client/dashboard/sources/microphone-watch.js';

const FINE: CaptureState = { context: 'running', isMuted: false, hasEnded: false };
const SOUND = new Float32Array([0, 0, 1e-4]);
const ZEROS = new Float32Array(3);
const CHUNK_MS = 50;

/** A microphone on virtual time; `says` is what the browser says of it. */
class Device {
  readonly watch = new MicrophoneWatch();
  says = FINE;
  nowMs = 0;

  constructor() {
    this.watch.start(0);
  }

  /** @param samples of each chunk; undefined: none comes @returns what is seen at the end */
  run(ms: number, samples: Float32Array | undefined): Interruption | undefined {
    return this.trace(ms, samples).at(-1);
  }

  trace(ms: number, samples: Float32Array | undefined): (Interruption | undefined)[] {
    return Array.from({ length: ms / CHUNK_MS }, () => {
      this.nowMs += CHUNK_MS;
      if (samples) this.watch.heard(samples, this.nowMs);
      return this.watch.look(this.says, this.nowMs);
    });
  }
}

test('sound that comes is no interruption, however quiet', () => {
  assert.is(new Device().run(10_000, new Float32Array([0, 1e-30])), undefined);
});

test('what the browser says is told at once', () => {
  for (const [says, expected] of [
    [{ hasEnded: true }, 'lost'], [{ isMuted: true }, 'muted'], [{ context: 'suspended' }, 'suspended'], [{ context: 'interrupted' }, 'interrupted'],
  ] as const) {
    const device = new Device();
    device.run(1000, SOUND);
    device.says = { ...FINE, ...says };
    assert.is(device.run(CHUNK_MS, SOUND), expected);
  }
});

test('no samples, or only zeros, are told within 2 s although the browser says that all is well', () => {
  for (const [samples, expected] of [[undefined, 'stalled'], [ZEROS, 'zeros']] as const) {
    const device = new Device();
    device.run(1000, SOUND);
    assert.is(device.run(900, samples), undefined, 'a short gap is nothing');
    assert.is(device.run(850, samples), expected);
    assert.is(device.run(CHUNK_MS, SOUND), undefined);
  }
});

test('a device may take its time to start, but no more than 2 s', () => {
  for (const [samples, context, expected] of [[undefined, 'running', 'stalled'], [ZEROS, 'running', 'zeros'], [undefined, 'suspended', 'suspended']] as const) {
    const device = new Device();
    device.says = { ...FINE, context };
    assert.is(device.run(1400, samples), undefined);
    assert.is(device.run(350, samples), expected);
  }
});

test('one that starts muted is told at once', () => {
  const device = new Device();
  device.says = { ...FINE, isMuted: true };
  assert.is(device.run(CHUNK_MS, ZEROS), 'muted');
});

test('an interruption is over when sound comes, not when the browser says so', () => {
  const device = new Device();
  device.run(1000, SOUND);
  device.says = { ...FINE, context: 'interrupted' };
  device.run(60_000, undefined);
  device.says = FINE;
  assert.equal([...new Set(device.trace(1400, undefined))], ['interrupted'], 'time to start');
  assert.is(device.run(350, undefined), 'stalled', 'running, and nothing comes');
  assert.is(device.run(CHUNK_MS, SOUND), undefined);
});

test('a device that was opened again and delivers zeros is not well for a moment', () => {
  const device = new Device();
  device.run(1000, SOUND);
  device.run(3000, ZEROS);
  device.watch.start(device.nowMs);
  assert.equal([...new Set(device.trace(5000, ZEROS))], ['zeros']);
});

test.run();
