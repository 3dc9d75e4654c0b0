import * as assert from 'uvu/assert';
import { VirtualTimeScheduler } from 'rxjs';
import { test } from 'uvu';
import { demoStation } from '../../../../server/sources/demo/station.js';
import { DemoSynth, toS16 } from '../../../../server/sources/demo/synth.js';

function play(forMs: number, seed: number): { chunks: Uint8Array[]; actionsLeft: number } {
  const scheduler = new VirtualTimeScheduler(undefined, forMs);
  const chunks: Uint8Array[] = [];
  const subscription = demoStation({ seed, scheduler }).bytes$.subscribe((chunk) => chunks.push(chunk));
  scheduler.flush();
  subscription.unsubscribe();
  return { chunks, actionsLeft: scheduler.actions.filter((action) => !action.closed).length };
}

test('a second of station takes a second of clock and is the synthesiser, as 16-bit little-endian', () => {
  const { chunks } = play(3000, 9);
  assert.is(chunks.length, 30);
  const { format } = demoStation();
  const bytes = Buffer.concat(chunks);
  assert.is(bytes.length, 3 * format.sampleRate * format.channels * 2);
  const expected = toS16(new DemoSynth(9).render(3 * format.sampleRate));
  expected.forEach((sample, i) => assert.is(bytes.readInt16LE(i * 2), sample));
});

test('each subscription plays from the start', () => {
  assert.equal(play(500, 4).chunks, play(500, 4).chunks);
});

test('unsubscribing ends its timer', () => {
  assert.is(play(500, 4).actionsLeft, 0);
});

test.run();
