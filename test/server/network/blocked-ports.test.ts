import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isBlockedByFetch } from '../../../server/network/blocked-ports.js';

/** Reached by `fetch` where the port is not blocked; nothing is sent. */
const NOT_SENT = { dispatch(): never { throw new Error('not blocked'); } };

async function isBlocked(port: number): Promise<boolean> {
  const error = await fetch(`http://127.0.0.1:${port}/`, { dispatcher: NOT_SENT } as unknown as RequestInit).then(() => undefined, (failure: Error) => failure);
  return (error?.cause as Error | undefined)?.message === 'bad port';
}

test('every port that this Node blocks is known, and no other port is refused', async () => {
  assert.ok(await isBlocked(6666));
  // All up to the highest of the standard, and some of the rest.
  const ports = Array.from({ length: 65_535 }, (_, index) => index + 1).filter((port) => port <= 10_100 || port % 101 === 0);
  const differing: number[] = [];
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0; // each port is an error, and its stack half of the time
  for (const port of ports) if (port !== 80 && await isBlocked(port) !== isBlockedByFetch(String(port))) differing.push(port);
  Error.stackTraceLimit = stackTraceLimit;
  assert.equal(differing, []);
  assert.not.ok(isBlockedByFetch(''));
});

test.run();
