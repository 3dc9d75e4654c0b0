import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { Dial, DIAL_DEFAULTS, type DialSettings, type Hop, type StationNow } from '../../../server/tune/dial.js';

const JAZZ = { genres: ['jazz'], tags: [], moods: [] };
const { otherMs, speechMs, silenceMs, settleMs, downMs, restMs } = DIAL_DEFAULTS;

/** What a station plays: a genre with a confidence, or a state. */
type Playing = string | readonly [genre: string, p: number];

function now(id: string, playing: Playing): StationNow {
  if (playing === 'down') return { id, state: 'failing', heard: null, genre: null, p: 0 };
  if (playing === 'speech' || playing === 'silence' || playing === 'warming' || playing === 'unknown') return { id, state: playing === 'silence' ? 'silent' : 'live', heard: playing, genre: null, p: 0 };
  const [genre, p] = typeof playing === 'string' ? [playing, 0.9] : playing;
  return { id, state: 'live', heard: 'music', genre, p };
}

class Listening {
  readonly dial: Dial;
  readonly hops: (Hop & { readonly atMs: number })[] = [];
  atMs = 0;

  constructor(settings: Partial<DialSettings> = {}) {
    this.dial = new Dial(JAZZ, settings);
  }

  /** Plays this for some time, a tick a second. */
  play(ms: number, stations: Readonly<Record<string, Playing>>): this {
    for (const endMs = this.atMs + ms; this.atMs < endMs; this.atMs += 1000) {
      const hop = this.dial.tick(this.atMs, Object.entries(stations).map(([id, playing]) => now(id, playing)));
      if (hop) this.hops.push({ ...hop, atMs: this.atMs });
    }
    return this;
  }

  get story(): string {
    return this.hops.map(({ to, reason }) => `${reason} ${to}`).join(', ');
  }
}

test('it starts at once with the surest station that plays the wish, and waits while none does', () => {
  assert.is(new Listening().play(5000, { a: ['jazz', 0.6], b: ['jazz', 0.8], c: 'rock' }).story, 'start b');
  const waiting = new Listening().play(60_000, { a: 'rock', b: 'speech' });
  assert.equal([waiting.story, waiting.dial.current], ['', null]);
  assert.is(waiting.play(1000, { a: 'rock', b: 'jazz' }).story, 'start b');
});

test('it leaves what lasts longer than the setting for it, and no sooner', () => {
  for (const [playing, ms, reason] of [['rock', otherMs, 'other'], ['unknown', otherMs, 'other'], ['speech', speechMs, 'speech'], ['silence', silenceMs, 'silence'], ['down', downMs, 'down']] as const) {
    const listening = new Listening().play(20_000, { a: ['jazz', 1], b: ['jazz', 0.8] });
    assert.is(listening.play(ms - 1000, { a: playing, b: ['jazz', 0.8] }).story, 'start a', reason);
    assert.is(listening.play(1000, { a: playing, b: ['jazz', 0.8] }).story, `start a, ${reason} b`);
  }
});

test('wrong verdicts for a moment neither leave a station nor choose one', () => {
  const listening = new Listening().play(20_000, { a: ['jazz', 1], b: 'rock' });
  for (let round = 0; round < 50; round += 1) listening.play(4000, { a: 'rock', b: 'jazz' }).play(4000, { a: 'jazz', b: 'rock' });
  assert.is(listening.story, 'start a');
  // Music that is mostly something else is left, although the wish comes in between.
  for (let round = 0; round < 9; round += 1) listening.play(6000, { a: 'rock', b: 'jazz' }).play(1000, { a: 'jazz', b: 'jazz' });
  assert.is(listening.story, 'start a, other b');
});

test('it stays where nothing else plays the wish, and hops as soon as something has for a while', () => {
  const listening = new Listening().play(10_000, { a: 'jazz', b: 'rock' }).play(120_000, { a: 'speech', b: 'rock' });
  assert.is(listening.story, 'start a');
  listening.play(settleMs - 1000, { a: 'speech', b: ['jazz', 0.9] });
  assert.is(listening.story, 'start a');
  assert.is(listening.play(2000, { a: 'speech', b: ['jazz', 0.9] }).story, 'start a, speech b');
});

test('a station that was left rests while there is another', () => {
  const listening = new Listening().play(10_000, { a: ['jazz', 1], b: ['jazz', 0.8], c: ['jazz', 0.7] }).play(speechMs + 1000, { a: 'speech', b: ['jazz', 0.8], c: ['jazz', 0.7] });
  listening.play(20_000, { a: ['jazz', 1], b: 'speech', c: ['jazz', 0.7] });
  assert.is(listening.story, 'start a, speech b, speech c');
  listening.play(restMs, { a: ['jazz', 1], b: ['jazz', 0.8], c: ['jazz', 0.7] }).play(speechMs + 1000, { a: ['jazz', 1], b: ['jazz', 0.8], c: 'speech' });
  assert.is(listening.story, 'start a, speech b, speech c, speech a');
});

test('a station without sound is left for any that has it', () => {
  assert.is(new Listening().play(10_000, { a: 'jazz', b: 'rock' }).play(10_000, { a: 'down', b: 'rock' }).story, 'start a, down b');
  const removed = new Listening().play(10_000, { a: 'jazz', b: 'rock' }).play(10_000, { b: 'rock' });
  assert.is(removed.story, 'start a, down b');
});

test('the listener says next, stay and never', () => {
  const listening = new Listening().play(5000, { a: ['jazz', 1], b: ['jazz', 0.8], c: 'rock' });
  listening.dial.next();
  assert.is(listening.play(2000, { a: ['jazz', 1], b: ['jazz', 0.8], c: 'rock' }).story, 'start a, next b');
  listening.dial.stays = true;
  assert.is(listening.play(100_000, { a: ['jazz', 1], b: 'speech', c: 'rock' }).story, 'start a, next b');
  listening.dial.stays = false;
  listening.dial.never('b');
  assert.is(listening.play(2000, { a: ['jazz', 1], b: ['jazz', 1], c: 'rock' }).story, 'start a, next b, never a');
  listening.dial.next();
  listening.play(300_000, { a: ['jazz', 0.6], b: ['jazz', 1], c: 'rock' }).play(60_000, { a: 'speech', b: ['jazz', 1], c: 'rock' });
  assert.is(listening.story, 'start a, next b, never a');
  // Without another station, next has no effect later either.
  assert.is(listening.play(30_000, { a: 'jazz', b: 'rock', c: 'rock' }).play(10_000, { a: 'jazz', b: 'rock', c: 'jazz' }).story, 'start a, next b, never a');
});

test('a setting that is changed counts at once', () => {
  const listening = new Listening().play(10_000, { a: ['jazz', 1], b: ['jazz', 0.8] }).play(6000, { a: 'speech', b: ['jazz', 0.8] });
  assert.is(listening.story, 'start a');
  listening.dial.set({ speechMs: 5000 });
  assert.is(listening.play(1000, { a: 'speech', b: ['jazz', 0.8] }).story, 'start a, speech b');
});

test('a verdict that is still to come and a long pause of the clock are no reason to leave', () => {
  const listening = new Listening().play(10_000, { a: 'jazz', b: 'jazz' }).play(60_000, { a: 'warming', b: 'jazz' });
  assert.is(listening.hops.length, 1);
  listening.play(2000, { a: 'speech', b: 'jazz' });
  listening.atMs += 3_600_000;
  assert.is(listening.play(1000, { a: 'speech', b: 'jazz' }).hops.length, 1);
});

test('whatever is played, hops lead to stations with sound, and not more often than the shortest setting', () => {
  const playing = fc.constantFrom<Playing>('jazz', ['jazz', 0.4], 'rock', 'speech', 'silence', 'down', 'warming');
  fc.assert(fc.property(fc.array(fc.record({ ms: fc.integer({ min: 1, max: 40 }), a: playing, b: playing, c: playing }), { maxLength: 30 }), (parts) => {
    const listening = new Listening();
    for (const { ms, ...stations } of parts) {
      const before = listening.hops.length;
      listening.play(1000 * ms, stations);
      for (const { from, to } of listening.hops.slice(before)) assert.ok(from !== to && stations[to as 'a'] !== 'down');
    }
    for (const [index, { atMs }] of listening.hops.entries()) if (index > 0) assert.ok(atMs - listening.hops[index - 1]!.atMs >= Math.min(downMs, silenceMs));
  }), { numRuns: 100 });
});

test.run();
