/** All checks together: in order, none lost, none with a secret. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CHECK_NAMES, examine, report, type CheckName, type Examined } from '../../../server/doctor/doctor.js';
import { note, ok, problem, type Finding } from '../../../server/doctor/finding.js';
import { withDefaults, type Settings } from '../../../server/settings.js';

type Checks = Record<CheckName, () => Finding>;

async function all(settings: Partial<Settings>, checks: Partial<Checks>): Promise<Examined[]> {
  const fine = Object.fromEntries(CHECK_NAMES.map((name) => [name, () => ok('fine')])) as Checks;
  const found: Examined[] = [];
  for await (const each of examine(withDefaults(settings), { ...fine, ...checks })) found.push(each);
  return found;
}

test('each check once, in order, counted', async () => {
  const found = await all({}, { port: () => problem('taken', 'take another'), ffmpeg: () => note('old', 'get a new one', { version: '4' }) });
  assert.equal(found.map(({ name }) => name), CHECK_NAMES);
  const { checks, ...counts } = report(found);
  assert.match(counts.livegenre, /^\d/);
  assert.equal({ ...counts, livegenre: '' }, { livegenre: '', ok: false, problems: 1, notes: 1 });
  assert.equal(checks.find(({ name }) => name === 'ffmpeg'), { name: 'ffmpeg', mark: 'note', found: 'old', advice: 'get a new one', facts: { version: '4' } });
  assert.equal(checks[0], { name: 'node', mark: 'ok', found: 'fine', advice: null, facts: {} });
  assert.ok(report(await all({}, {})).ok);
});

test('a check that fails is a problem, and the others still run', async () => {
  const found = await all({}, { kernels() { throw new Error('no such file\n    at somewhere'); } });
  assert.is(found.length, CHECK_NAMES.length);
  const kernels = found.find(({ name }) => name === 'kernels')!;
  assert.is(kernels.mark, 'problem');
  assert.is(kernels.found, 'no such file');
});

test('no secret is told, wherever it comes from', async () => {
  const settings = { adminToken: 'sesame', webhookSecret: 'hush-hush', mqtt: ['mqtts://me:broker-pass@broker:8883'], webhooks: ['https://hooks.example.org/T0/very-long-key'] };
  const words = `sesame hush-hush ${settings.mqtt[0]} ${settings.webhooks[0]} http://dj:studio-pass@radio.example.org/live`;
  const told = JSON.stringify(await all(settings, { stations: () => problem(words, words, { words, list: [words] }) }));
  for (const secret of ['sesame', 'hush-hush', 'broker-pass', 'very-long-key', 'studio-pass']) assert.not.match(told, secret);
  assert.match(told, 'radio.example.org/live');
});

test.run();
