import { Observable, Subject, type Subscription } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SourceEvent } from '../../../server/sources/station/source-event.js';
import { connectInTurns } from '../../../server/stations/connect-in-turns.js';
import { ManualClock } from '../../support/manual-clock.js';
import { LOOPBACK } from '../../support/loopback.js';

const OPTIONS = { settings: { stallAfterMs: 10_000, stationFiles: '' }, guard: LOOPBACK };
const AUDIO = { type: 'audio', bytes: new Uint8Array(4) } as const;

/** Five sources, two at a time, for at most 3 s each. */
function rig() {
  const clock = new ManualClock();
  const connections = new Map<string, Subject<SourceEvent>>();
  const open = connectInTurns((url) => new Observable((subscriber) => {
    const connection = new Subject<SourceEvent>();
    connections.set(url, connection);
    subscriber.add(() => connections.delete(url));
    return connection.subscribe(subscriber);
  }), { atOnce: 2, longestMs: 3000, scheduler: clock });
  const ends: string[] = [];
  const sources: Record<string, Subscription> = {};
  for (const url of ['a', 'b', 'c', 'd', 'e']) {
    sources[url] = open(url, OPTIONS).subscribe({ error: (error: Error) => ends.push(`${url}: ${error.message}`), complete: () => ends.push(`${url}: complete`) });
  }
  return { clock, connections, sources, ends, opened: () => [...connections.keys()].join('') };
}

test('no more sources connect at a time than may; each first sound lets the next one begin, once', () => {
  const { connections, opened } = rig();
  assert.is(opened(), 'ab');
  connections.get('a')!.next(AUDIO);
  connections.get('a')!.next(AUDIO);
  assert.is(opened(), 'abc');
  connections.get('b')!.next(AUDIO);
  assert.is(opened(), 'abcd');
});

test('a source that fails, ends or is given up lets the next one begin', () => {
  const { connections, sources, ends, opened } = rig();
  connections.get('a')!.error(new Error('refused'));
  assert.is(opened(), 'bc');
  connections.get('b')!.complete();
  assert.is(opened(), 'cd');
  sources['c']!.unsubscribe();
  assert.is(opened(), 'de');
  assert.equal(ends, ['a: refused', 'b: complete']);
});

test('a source that is given up while it waits never connects', () => {
  const { connections, sources, opened } = rig();
  sources['c']!.unsubscribe();
  connections.get('a')!.next(AUDIO);
  assert.is(opened(), 'abd');
});

test('a source without sound holds up the next for the longest time only, and frees no second place later', () => {
  const { clock, connections, opened } = rig();
  clock.advance(2999);
  assert.is(opened(), 'ab');
  clock.advance(1);
  assert.is(opened(), 'abcd');
  connections.get('a')!.next(AUDIO);
  connections.get('b')!.error(new Error('lost'));
  assert.is(opened(), 'acd');
});

test.run();
