/** Why a WebSocket was refused, derived from plain HTTP requests. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findConnectionProblem } from '../../../client/widget/connection-problem.js';

/** @param answers status by request mode; a browser gives 0 for an opaque response, and throws without a response */
const find = (answers: { cors?: number; 'no-cors'?: number }): Promise<string> => findConnectionProblem('https://radio.org/v1/streams/x', async (_, { mode }) => {
  const status = answers[mode as 'cors' | 'no-cors'];
  if (status === undefined) throw new TypeError('Failed to fetch');
  return { status };
});

test('no answer: offline', async () => assert.is(await find({}), 'offline'));
test('a proxy without a server behind it: offline', async () => assert.is(await find({ cors: 502 }), 'offline'));
test('a response that CORS hides: not allowed', async () => assert.is(await find({ 'no-cors': 0 }), 'not-allowed'));
test('no such stream: not found', async () => assert.is(await find({ cors: 404 }), 'not-found'));
test('HTTP finds the stream, but the socket is refused: busy', async () => assert.is(await find({ cors: 200 }), 'busy'));

test.run();
