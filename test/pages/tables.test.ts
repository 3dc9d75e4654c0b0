/** Tables of pages say what the code does, all of it and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cac } from 'cac';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PARTS, PROPERTIES, SIZES } from '../../client/widget/theming.js';
import * as sdk from '../../client/sdk/index.js';
import { PLAN } from '../../deploy/build/targets.js';
import { FEATURES } from '../../dsp/descriptors/feature-rows.js';
import { FRONT_END_V1 } from '../../dsp/mel/front-end.js';
import { describe } from '../../models/network.js';
import { PROTOCOLS } from '../../models/training/data/protocols.js';
import { architecture, ARCHITECTURES } from '../../models/training/network/architectures.js';
import { FLAGS } from '../../models/training/options.js';
import { TOPICS } from '../../server/alerts/topics.js';
import { register as registerEvaluate } from '../../server/cli/evaluate.js';
import { register as registerLibrary } from '../../server/cli/library.js';
import { DEGRADATIONS } from '../../server/evaluation/degrade.js';
import { CHECK_NAMES } from '../../server/doctor/doctor.js';
import { HEALTH_CHECK_NAMES } from '../../server/health/health.js';
import { ERRORS } from '../../server/protocol/errors.js';
import { envOf, flagOf, SETTINGS, type Setting, type SettingName } from '../../server/settings.js';
import { DEFAULT_RULES, ruleSchema } from '../../server/stations/config.js';
import { coded, page, ROOT, rows } from './page.js';

const SERVER = page('server/README.md');
const PROTOCOL = page('server/PROTOCOL.md');
const MODELS = page('models/README.md');
const CLIENT = page('client/README.md');
const source = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Words of the first cells, in order. */
const firsts = (table: readonly string[][]): string[] => table.flatMap(([first]) => coded(first!));
const sorted = (words: Iterable<string>): string[] => [...words].sort();

/** How the page writes a default that depends on the machine, or is nothing. */
const DEFAULTS: Partial<Record<SettingName, string>> = { shards: 'cores - 1', model: 'models/genre-v2', demo: 'on' };

test('settings: flag, variables, default and description', () => {
  const table = rows(SERVER, 'flag', 'environment');
  const wanted = (Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]).map(([name, setting]) => [
    `\`${flagOf(name)}\``,
    [envOf(name), setting.alsoEnv].filter(Boolean).map((variable) => `\`${variable}\``).join(', '),
    DEFAULTS[name] ?? (String(setting.default) === '' ? 'none' : `${setting.default} ${setting.unit}`.trim()),
    setting.description,
  ]);
  for (const row of wanted) assert.equal(table.find(([flag]) => flag === row[0]), row);
  assert.equal(sorted(firsts(table)), sorted(wanted.map(([flag]) => flag!.slice(1, -1))));
});

test('errors: close code, status and meaning', () => {
  const wanted = Object.entries(ERRORS).map(([code, { closeCode, status, meaning }]) => [`\`${code}\``, String(closeCode), String(status), meaning]);
  assert.equal(rows(PROTOCOL, 'code', 'close'), wanted);
});

/** Fields of the messages of the server by their type, out of the interfaces in the source. */
function serverMessages(): Map<string, string[]> {
  const text = source('server/protocol/messages.ts');
  const found = [...text.matchAll(/^export interface \w+[^{]*\{\n([\s\S]*?)^\}/gm)].map(([, body]) => body!);
  return new Map(found.flatMap((body) => {
    const type = /^ {2}readonly type: '([\w-]+)'/m.exec(body)?.[1];
    return type === undefined ? [] : [[type, [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field]) => field!).filter((field) => field !== 'type')]];
  }));
}

test('messages: each type and each of its fields', () => {
  const text = source('server/protocol/client-messages.ts');
  const start = /const startSchema = z\.object\(\{\n([\s\S]*?)^\}\)/m.exec(text)![1]!;
  const fields = [...start.matchAll(/^ {2}(\w+)/gm)].map(([, field]) => field!).filter((field) => field !== 'type');
  const wanted = new Map([...serverMessages(), ['start', fields], ['stop', []]]);
  assert.ok(wanted.size >= 10 && fields.length >= 8 && wanted.get('prediction')!.length >= 11);
  const table = rows(PROTOCOL, 'direction', 'type');
  assert.equal(sorted(table.flatMap(([, type]) => coded(type!))), sorted(wanted.keys()));
  for (const [type, names] of wanted) {
    const cell = table.find(([, each]) => each === `\`${type}\``)![2]!;
    for (const name of names) assert.match(cell, `\`${name}\``, `${type}.${name}`);
  }
});

test('messages: no word in code that the protocol does not know', () => {
  const known = ['messages', 'client-messages', 'audio-format', 'errors'].map((file) => source(`server/protocol/${file}.ts`)).join('\n');
  const words = rows(PROTOCOL, 'direction', 'type').flatMap(([, , cell]) => coded(cell!)).filter((word) => /^\w+$/.test(word));
  assert.equal(words.filter((word) => !new RegExp(`\\b${word}\\b`).test(known)), []);
});

function unionOf(name: string): string[] {
  const union = new RegExp(`export type ${name} = ([^;]+);`).exec(source('server/protocol/messages.ts'))![1]!;
  return [...union.matchAll(/'([\w-]+)'/g)].map(([, word]) => word!);
}

test('states of streams, states of stations and rules', () => {
  assert.equal(sorted(firsts(rows(PROTOCOL, '`state`'))), sorted(unionOf('StreamState')));
  const states = /\*\*States\.\*\* (.*)/.exec(SERVER.prose)![1]!;
  assert.equal(sorted(coded(states)), sorted(unionOf('StationState')));
  assert.equal(sorted(firsts(rows(SERVER, 'rule'))), sorted(unionOf('AlertType')));
});

test('rules: options and their defaults', () => {
  const table = rows(SERVER, 'rule');
  for (const [rule] of table) {
    const [type] = coded(rule!);
    const { type: _, ...options } = ruleSchema.parse({ type, ...(type === 'drift' && { expect: ['jazz'] }), ...(type === 'mood' && { minLively: 0.1 }) });
    const cell = table.find(([first]) => first === rule)!.at(-1)!;
    assert.equal(sorted(coded(cell)), sorted(Object.keys(options)), type);
    for (const [name, value] of Object.entries(options)) assert.match(cell, name === 'expect' ? '`expect` (required)' : `\`${name}\` ${name === 'minLively' ? 0 : value}`);
  }
  assert.match(SERVER.prose, `without any given it has ${DEFAULT_RULES.map(({ type }) => `\`${type}\``).join(' and ')}`);
});

test('what doctor looks at', () => {
  assert.equal(firsts(rows(SERVER, 'check')), [...CHECK_NAMES]);
  assert.equal(firsts(rows(SERVER, 'of the server')), [...HEALTH_CHECK_NAMES]);
});

test('targets of the build', () => {
  assert.equal(firsts(rows(page('deploy/README.md'), 'target')), Object.keys(PLAN.targets));
});

test('topics of MQTT', () => {
  const topics = [TOPICS.availability('livegenre'), TOPICS.state('livegenre', 'ID'), TOPICS.alert('livegenre', 'ID', 'TYPE' as never), TOPICS.event('livegenre', 'ID')];
  assert.equal(firsts(rows(SERVER, 'topic')), topics);
  assert.is(Object.keys(TOPICS).length, topics.length);
});

test('features of packs and their number of values', () => {
  assert.equal(rows(MODELS, 'feature').map(([name, size]) => [coded(name!)[0], Number(size)]), Object.entries(FEATURES));
});

test('flags of training, with default and description', () => {
  assert.equal(rows(MODELS, 'flag', 'default'), FLAGS.map(([flag, description, fallback = '']) => [`\`${flag.split(' ')[0]}\``, String(fallback), description]));
});

test('architectures, with size and cost', () => {
  const wanted = ARCHITECTURES.map((name) => {
    const { parameters, multiplyAdds } = describe(architecture(name, 10, FRONT_END_V1.bands), FRONT_END_V1.bands);
    return [`\`${name}\``, parameters.toLocaleString('en'), ((multiplyAdds * FRONT_END_V1.sampleRate) / FRONT_END_V1.hop / 1e6).toFixed(2)];
  });
  assert.equal(rows(MODELS, 'architecture').map((row) => row.slice(0, 3)), wanted);
});

test('ways to split tracks', () => {
  const [, section] = /## How tracks are split\n([\s\S]*?)\n###? /.exec(MODELS.prose)!;
  assert.equal(sorted([...section!.matchAll(/^- `([\w-]+)`/gm)].map(([, name]) => name!)), sorted(PROTOCOLS));
});

test('flags of evaluate, and degradations', () => {
  const cli = cac('livegenre');
  registerEvaluate(cli);
  const flags = cli.commands[0]!.options.map(({ rawName }) => rawName.split(' ')[0]!);
  assert.ok(flags.length > 8);
  assert.equal(sorted(firsts(rows(MODELS, 'flag', 'what it does')).map((code) => code.split(' ')[0]!)), sorted(flags));
  assert.equal(firsts(rows(MODELS, 'degradation')), [...DEGRADATIONS]);
});

test('flags of library', () => {
  const cli = cac('livegenre');
  registerLibrary(cli);
  const flags = cli.commands.flatMap(({ options }) => options.map(({ rawName }) => rawName.split(' ')[0]!));
  assert.ok(flags.length > 8);
  assert.equal(sorted(firsts(rows(page('server/library/README.md'), 'flag'))), sorted(flags));
});

test('the widget: properties, parts and sizes', () => {
  assert.equal(firsts(rows(CLIENT, 'custom property')), Object.keys(PROPERTIES));
  const parts = /^Parts for `::part\(…\)`: (.*?)\. /m.exec(CLIENT.prose)![1]!;
  assert.equal(coded(parts), [...PARTS]);
  const size = rows(CLIENT, 'attribute').find(([name]) => name === '`size`')![1]!;
  assert.equal(coded(size), [...SIZES]);
});

test('the SDK: what it exports', () => {
  assert.equal(sorted(firsts(rows(CLIENT, 'export'))), sorted(Object.keys(sdk)));
});

test('rooms of server/, and what each may import', () => {
  const [, body] = /^const ROOMS\b[^{]*\{\n([\s\S]*?)^\};/m.exec(source('test/house.test.ts'))!;
  const wanted = [...body!.matchAll(/^ {2}'?([\w-]+)'?: \[(.*)\],$/gm)].map(([, room, others]) => [room!, [...others!.matchAll(/'([\w-]+)'/g)].map(([, name]) => name!)]);
  assert.ok(wanted.length > 10);
  const shown = rows(page('ARCHITECTURE.md'), 'room').map(([room, , others]) => [coded(room!)[0]!, coded(others!)]);
  assert.equal(Object.fromEntries(shown), Object.fromEntries(wanted));
});

test('versions of Node: the front page, the workflow and the package', () => {
  const versions = /node: \[(.*)\]/.exec(source('.github/workflows/ci.yml'))![1]!.split(', ');
  assert.match(page('README.md').prose, `Node ${versions.slice(0, -1).join(', ')} or ${versions.at(-1)}`);
  assert.match(source('package.json'), `"node": ">=${versions[0]}"`);
});

test('the front end, version 1', () => {
  const cells = new Map(rows(page('dsp/README.md'), 'setting').map(([name, value]) => [name!, value!]));
  const { sampleRate, nFft, hop, bands, fMin, fMax } = FRONT_END_V1;
  for (const [name, numbers] of [['sample rate', [sampleRate]], ['window', [nFft]], ['hop', [hop]], ['bands', [bands, fMin, fMax]]] as const) {
    const shown = [...cells.get(name)!.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')));
    assert.equal(shown.slice(0, numbers.length), [...numbers], name);
  }
});

test.run();
