import { test } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { parseClientMessage } from '../../../server/protocol/client-messages.js';
import { ERRORS, ProtocolError, type ErrorCode } from '../../../server/protocol/errors.js';

const START = { type: 'start', version: 1, encoding: 's16le', sampleRate: 44100, channels: 2 };

/** The refusal of a message, as `code: sentence`. */
function refusal(value: unknown): string {
  try {
    parseClientMessage(typeof value === 'string' ? value : JSON.stringify(value));
  } catch (error) {
    assert.instance(error, ProtocolError);
    return `${(error as ProtocolError).code}: ${(error as Error).message}`;
  }
  return 'accepted';
}

test('a complete start is accepted', () => {
  assert.equal(parseClientMessage(JSON.stringify(START)), START);
  const all = { ...START, name: 'x', topK: 3, tags: 5, spectrogram: true, resume: 'token' };
  assert.equal(parseClientMessage(JSON.stringify(all)), all);
  assert.equal(parseClientMessage('{"type":"stop"}'), { type: 'stop' });
});

test('unknown fields are ignored', () => {
  assert.equal(parseClientMessage(JSON.stringify({ ...START, later: 1 })), START);
});

test('encoding, rate and channels are required', () => {
  for (const field of ['encoding', 'sampleRate', 'channels', 'version'] as const) {
    const { [field]: _, ...rest } = START;
    assert.match(refusal(rest), new RegExp(`^bad-start: ${field} is required`));
  }
});

test('errors say what is expected', () => {
  assert.is(refusal({ ...START, sampleRate: 7999 }), 'bad-start: sampleRate must be at least 8000 Hz.');
  assert.is(refusal({ ...START, sampleRate: 192_001 }), 'bad-start: sampleRate must be at most 192000 Hz.');
  assert.is(refusal({ ...START, channels: 65 }), 'bad-start: channels must be at most 64.');
  assert.is(refusal({ ...START, channels: 0 }), 'bad-start: channels must be at least 1.');
  assert.match(refusal({ ...START, sampleRate: '44100' }), 'sampleRate is required: a number of Hz');
  assert.match(refusal({ ...START, encoding: 'mp3' }), 's16le, f32le or opus');
  assert.match(refusal({ ...START, name: 'x'.repeat(101) }), 'name must be at most 100 characters');
  for (const tags of [-1, 21, 1.5]) assert.match(refusal({ ...START, tags }), 'bad-start: tags');
  assert.match(refusal({ ...START, topK: 0 }), 'bad-start: topK');
  assert.equal([3.2e12, 3.3e12].map((ms) => refusal({ ...START, resumeFrom: { bytes: 0, ms } }).replace(/:.*/, '')), ['accepted', 'bad-start']);
});

test('Opus restricts rates and channels', () => {
  assert.is(refusal({ ...START, encoding: 'opus', sampleRate: 48000 }), 'accepted');
  assert.match(refusal({ ...START, encoding: 'opus' }), '8000, 12000, 16000, 24000, 48000 for opus');
  assert.match(refusal({ ...START, encoding: 'opus', sampleRate: 48000, channels: 3 }), 'channels must be 1 or 2 for opus');
});

test('anything else is a bad message', () => {
  for (const value of ['', 'hello', '[]', 'null', '1', '"start"', '{}', '{"type":"stopp"}', '{"type":null}']) {
    assert.match(refusal(value), /^bad-message: .+\.$/, value);
  }
});

test('any text is accepted or rejected with ProtocolError', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void refusal(text)));
  const value = fc.anything();
  fc.assert(fc.property(fc.record({ type: fc.constantFrom('start', 'stop'), version: value, encoding: value, sampleRate: value, channels: value, name: value, resume: value }), (start) => {
    const text = JSON.stringify(start, (_, each: unknown) => (typeof each === 'bigint' ? Number(each) : each));
    if (text !== undefined) refusal(text);
  }));
});

test('accepted values are in range', () => {
  const number = fc.oneof(fc.double(), fc.integer({ min: -1, max: 70 }), fc.integer({ min: 7990, max: 192_010 }));
  fc.assert(fc.property(number, number, (sampleRate, channels) => {
    const taken = refusal({ ...START, sampleRate, channels }) === 'accepted';
    assert.is(taken, Number.isInteger(sampleRate) && sampleRate >= 8000 && sampleRate <= 192_000 && Number.isInteger(channels) && channels >= 1 && channels <= 64);
  }));
});

test('close codes are from RFC 6455 or 4000 up, and statuses are 4xx or 5xx', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    const { closeCode, status, meaning } = ERRORS[code];
    assert.ok([1001, 1003, 1007, 1008, 1009, 1011, 1013].includes(closeCode) || (closeCode >= 4000 && closeCode < 4100), code);
    assert.ok(status >= 400 && status < 600, code);
    assert.ok(meaning.length > 10, code);
    assert.is(new ProtocolError(code, 'x').closeCode, closeCode);
  }
});

test.run();
