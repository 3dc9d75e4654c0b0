/** The text messages of clients. */
import { parseClientMessage } from '../../../server/protocol/client-messages.js';
import { ProtocolError } from '../../../server/protocol/errors.js';
import * as assert from 'node:assert/strict';
import type { Target } from '../fuzz.js';

const START = { type: 'start', version: 1, encoding: 's16le', sampleRate: 44100, channels: 2 };

export const messages: Target = {
  name: 'messages',
  shape: 'json',
  seeds: [
    START, { ...START, encoding: 'opus', sampleRate: 48000, name: 'x', topK: 3, tags: 5, spectrogram: true },
    { ...START, encoding: 'f32le', resume: 'token' }, { ...START, continues: 'a'.repeat(32) }, { type: 'stop' },
  ].map((message) => Buffer.from(JSON.stringify(message))),
  words: ['start', 'stop', 'opus', 's16le', 'f32le', 'type', 'version', 'resume', 'continues'],
  run(input) {
    try {
      const message = parseClientMessage(Buffer.from(input).toString());
      if (message.type === 'stop') return;
      const { sampleRate, channels, name = '' } = message;
      assert.ok(Number.isInteger(sampleRate) && sampleRate >= 8000 && sampleRate <= 192_000 && Number.isInteger(channels) && channels >= 1 && channels <= 64 && name.length <= 100);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  },
};
