import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { NatsConnection } from '@nats-io/transport-node';
import { MAX_BUS_BYTES, NatsBus } from '../../../server/cluster/bus.js';
import { Log } from '../../../server/log.js';

test('a message beyond the limit is neither published nor heard, and is told and counted', () => {
  const published: number[] = [];
  const lines: string[] = [];
  let deliver = (_error: Error | null, _message: { subject: string; data: Uint8Array }): void => {};
  const connection = {
    isClosed: () => false,
    status: () => (async function* () {})(),
    publish: (_subject: string, bytes: Uint8Array) => published.push(bytes.length),
    subscribe: (_subject: string, { callback }: { callback: typeof deliver }) => {
      deliver = callback;
      return { unsubscribe() {} };
    },
  } as unknown as NatsConnection;
  const bus = new NatsBus(connection, new Log('warn', (line) => lines.push(line)));
  for (const bytes of [MAX_BUS_BYTES, MAX_BUS_BYTES + 1]) bus.publish('a', 'x'.repeat(bytes));
  assert.equal(published, [MAX_BUS_BYTES]);
  assert.match(lines.join(), 'too long for the other nodes');
  const heard: number[] = [];
  bus.subscribe('a', ({ text }) => heard.push(text.length));
  for (const bytes of [MAX_BUS_BYTES, MAX_BUS_BYTES + 1]) deliver(null, { subject: 'a', data: Buffer.alloc(bytes, 'x') });
  assert.equal([heard, bus.ignored], [[MAX_BUS_BYTES], 1]);
});

test.run();
