/** The README's tables say what the code does: settings, errors, messages, commands. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FEATURES } from '../dsp/descriptors/feature-rows.js';
import { FRONT_END_V1 } from '../dsp/mel/mel-columns.js';
import { describe } from '../models/network.js';
import { architecture, ARCHITECTURES } from '../models/training/network/architectures.js';
import { FLAGS } from '../models/training/options.js';
import { ERRORS } from '../server/protocol/errors.js';
import { envOf, flagOf, SETTINGS, type Setting, type SettingName } from '../server/settings.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

function row(first: string): string[] {
  const line = readme.split('\n').find((text) => text.startsWith(`| \`${first}\` |`));
  assert.ok(line, `the README has no row for ${first}`);
  return line.split('|').slice(1, -1).map((cell) => cell.trim());
}

/** As the README writes a default that depends on the machine. */
const DEFAULTS: Partial<Record<SettingName, string>> = { shards: 'cores - 1', model: 'models/genre-v1', allowedOrigins: 'none', webhooks: 'none', mqtt: 'none', stations: 'none', stationFiles: 'none', database: 'none', webhookSecret: 'none', adminToken: 'none', demo: 'on' };

test('every setting is there with its flag, variable, default and description', () => {
  for (const [name, setting] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    const [, variables, value, description] = row(flagOf(name));
    assert.is(variables, [envOf(name), setting.alsoEnv].filter(Boolean).map((variable) => `\`${variable}\``).join(', '));
    assert.is(value, DEFAULTS[name] ?? `${setting.default} ${setting.unit}`.trim());
    assert.is(description, setting.description);
  }
});

test('every error is there with its close code and status', () => {
  for (const [code, { closeCode, status, meaning }] of Object.entries(ERRORS)) {
    assert.equal(row(code), [`\`${code}\``, String(closeCode), String(status), meaning]);
  }
});

test('every message and field of the protocol is there', () => {
  const messages = {
    start: ['version', 'encoding', 'sampleRate', 'channels', 'name', 'topK', 'spectrogram', 'resume'],
    stop: [],
    ready: ['streamId', 'name', 'resumeToken', 'receivedBytes', 'model', 'blockMs'],
    prediction: ['seq', 'atMs', 'state', 'genre', 'p', 'top', 'music', 'level', 'peak', 'lagMs', 'droppedMs'],
    columns: ['seq', 'atMs', 'levels', 'peaks'],
    summary: ['durationMs', 'genre', 'p', 'top', 'segments'],
    restarted: ['atMs'],
    station: ['state', 'since', 'nowPlaying', 'reason'],
    stations: ['at', 'stations'],
    error: ['code', 'message', 'retryAfterMs'],
  };
  for (const [type, fields] of Object.entries(messages)) {
    const line = readme.split('\n').find((text) => text.includes(`| \`${type}\` |`));
    assert.ok(line, type);
    for (const field of fields) assert.match(line, `\`${field}\``);
  }
});

test('every feature of a pack is there with its number of values', () => {
  for (const [name, size] of Object.entries(FEATURES)) assert.is(row(name)[1], String(size));
});

test('every flag of training is there with its default and description', () => {
  for (const [flag, description, fallback = ''] of FLAGS) assert.match(readme, `| \`${flag.split(' ')[0]}\` | ${fallback} | ${description} |`);
});

test('every architecture is there with its size and cost', () => {
  for (const name of ARCHITECTURES) {
    const { parameters, multiplyAdds } = describe(architecture(name, 10, FRONT_END_V1.bands), FRONT_END_V1.bands);
    const perSecond = (multiplyAdds * FRONT_END_V1.sampleRate) / FRONT_END_V1.hop;
    assert.equal(row(name).slice(1, 3), [parameters.toLocaleString('en'), (perSecond / 1e6).toFixed(2)]);
  }
});

test('every command is there', () => {
  for (const command of ['classify', 'send', 'watch', 'features', 'evaluate']) assert.match(readme, `npx livegenre ${command} `);
});

test.run();
