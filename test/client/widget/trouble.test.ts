/** Why a WebSocket was refused, found out by what a browser tells of a plain request. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findTrouble } from '../../../client/widget/trouble.js';

/** @param answers status by mode; a browser gives 0 where the answer may not be read, and throws where there is none */
const find = (answers: { cors?: number; 'no-cors'?: number }): Promise<string> => findTrouble('https://radio.org/v1/streams/x', async (_, { mode }) => {
  const status = answers[mode as 'cors' | 'no-cors'];
  if (status === undefined) throw new TypeError('Failed to fetch');
  return { status };
});

test('nobody answers: offline', async () => assert.is(await find({}), 'offline'));
test('a proxy that has nobody behind it: offline', async () => assert.is(await find({ cors: 502 }), 'offline'));
test('an answer that this page may not read: not allowed', async () => assert.is(await find({ 'no-cors': 0 }), 'not-allowed'));
test('no such stream: not found', async () => assert.is(await find({ cors: 404 }), 'not-found'));
test('the stream is there, only the socket is not: busy', async () => assert.is(await find({ cors: 200 }), 'busy'));

test.run();
