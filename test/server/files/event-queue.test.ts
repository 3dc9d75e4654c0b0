import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EventQueue } from '../../../server/files/event-queue.js';
import { ManualClock } from '../../support/manual-clock.js';

const TIMEOUT_MS = 1000;

function queueOf(maxBytes: number, onCancel = (): void => {}): { queue: EventQueue; clock: ManualClock } {
  const clock = new ManualClock();
  return { queue: new EventQueue({ maxBytes, timeoutMs: TIMEOUT_MS, scheduler: clock, onCancel }), clock };
}

test('events are written as the standard says', async () => {
  const { queue } = queueOf(1000);
  queue.send('progress', '{"a":1}');
  queue.send('summary', '{}');
  queue.close();
  assert.is(await new Response(queue.body).text(), 'event: progress\ndata: {"a":1}\n\nevent: summary\ndata: {}\n\n');
});

test('a full queue waits for its reader', async () => {
  const { queue } = queueOf(10);
  assert.not(queue.isFull);
  queue.send('a', 'longer than that');
  assert.ok(queue.isFull);
  let isDrained = false;
  const drained = queue.drained().then(() => (isDrained = true));
  await Promise.resolve();
  assert.not(isDrained);
  await queue.body.getReader().read();
  await drained;
  assert.not(queue.isFull);
});

test('a reader that takes nothing for too long is left behind, and the work goes on', async () => {
  const { queue, clock } = queueOf(10);
  queue.send('a', 'longer than that');
  const drained = queue.drained();
  clock.advance(TIMEOUT_MS);
  await drained;
  assert.not(queue.isFull);
  queue.send('b', 'is dropped');
  assert.match(await new Response(queue.body).text(), /^event: a\n[^b]*$/);
});

test('a reader that goes away is told of, and nothing waits for it', async () => {
  let hasGone = false;
  const { queue } = queueOf(10, () => (hasGone = true));
  queue.send('a', 'longer than that');
  const drained = queue.drained();
  await queue.body.cancel();
  await drained;
  assert.ok(hasGone);
  queue.send('b', 'is dropped');
  queue.close();
});

test.run();
