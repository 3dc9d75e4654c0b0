/** Container, compose file, unit, chart and add-on name only settings, paths, ports and versions that exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, parseAllDocuments } from 'yaml';
import { environmentOf } from '../../deploy/home-assistant/livegenre/start.js';
import { envOf, flagOf, readSettings, SETTINGS, withDefaults, type SettingName } from '../../server/settings.js';
import { ROOT } from '../pages/page.js';

const DEPLOY = join(ROOT, 'deploy');
const read = (path: string): string => readFileSync(join(DEPLOY, path), 'utf8');
const { bin, engines, scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { livegenre: string }; engines: { node: string }; scripts: Record<string, string> };
const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];
const CHART = 'helm/livegenre';
const ADDON = 'home-assistant/livegenre';

/** Files that people run, not the pages and scripts about them. */
const FILES = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' })
  .filter((path) => !/^(build|release)(\/|$)/.test(path) && /(Dockerfile|\.(ya?ml|service|js))$/.test(path));
const isTemplate = (path: string): boolean => path.includes('/templates/');

interface Compose {
  readonly services: Readonly<Record<string, { readonly build?: { readonly context: string; readonly dockerfile: string }; readonly ports: readonly string[]; readonly volumes: readonly string[]; readonly stop_grace_period?: string; readonly hostname?: string; readonly read_only?: boolean }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}
interface Addon {
  readonly slug: string; readonly ports: Readonly<Record<string, number>>; readonly watchdog: string; readonly timeout: number;
  readonly options: Readonly<Record<string, string>>; readonly schema: Readonly<Record<string, string>>;
}
const compose = parse(read('compose.yaml')) as Compose;
const addon = parse(read(`${ADDON}/config.yaml`)) as Addon;
const unit = read('systemd/livegenre.service');

test('files that are not templates are YAML', () => {
  const yaml = FILES.filter((path) => /\.ya?ml$/.test(path) && !isTemplate(path));
  assert.ok(yaml.length >= 9, yaml.join());
  for (const path of yaml) assert.equal(parseAllDocuments(read(path)).flatMap(({ errors, warnings }) => [...errors, ...warnings]).map(String), [], path);
});

test('every variable and every flag is a setting', () => {
  const variables = new Set(SETTING_NAMES.map(envOf));
  const flags = new Set(SETTING_NAMES.map(flagOf));
  let named = 0;
  for (const path of FILES) {
    const text = read(path);
    for (const [variable] of text.matchAll(/\bLIVEGENRE_[A-Z_]+\b/g)) {
      named++;
      assert.ok(variables.has(variable) || variable === 'LIVEGENRE_NAME', `${path}: ${variable}`);
    }
    // Comments name our flags, but for the one with Docker's.
    const comments = text.split('\n').filter((line) => /^\s*#/.test(line) && !line.includes('docker ')).join('\n');
    for (const [flag] of comments.matchAll(/--[a-z][a-z-]+/g)) assert.ok(flags.has(flag), `${path}: ${flag}`);
  }
  assert.ok(named > 10);
});

test('the program is started as npm start does, from where the package has it', () => {
  const [, options, program] = /^node (.*) (\S+) serve$/.exec(scripts['start']!)!;
  assert.is(program, bin.livegenre);
  assert.match(unit, `ExecStart=/usr/bin/node ${options} /opt/livegenre/node_modules/livegenre/${program} serve\n`);
  const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(read('Dockerfile'))![1]!) as string[];
  assert.equal(entry, ['tini', '--', 'node', ...options!.split(' '), `/app/${program}`]);
  assert.match(read('Dockerfile'), 'CMD ["serve"]');
  assert.match(read(`${ADDON}/start.js`), `./node_modules/livegenre/${program}`);
});

test('the image has what the npm package has, with a Node that is tested', () => {
  const text = read('Dockerfile');
  assert.match(text, /npm pack .*\n.*\n && tar .*livegenre-\*\.tgz --directory \/app/);
  assert.match(text, 'COPY --from=build /app /app');
  const tested = /node: \[(.*)\]/.exec(readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8'))![1]!.split(', ');
  for (const path of ['Dockerfile', `${ADDON}/Dockerfile`]) {
    const [, major] = /(?:^ARG NODE=|^FROM node:)(\d+)/m.exec(read(path))!;
    assert.ok(tested.includes(major!) && Number(major) >= Number(engines.node.replace('>=', '')), `${path}: ${major}`);
  }
});

test('the image runs as a user with a number, and may write only to /data and /tmp', () => {
  const text = read('Dockerfile');
  assert.match(text, /^USER 1000:1000$/m);
  assert.match(text, /^VOLUME \/data$/m);
  assert.ok(compose.services['livegenre']!.read_only);
  assert.ok(compose.services['livegenre']!.volumes.includes('livegenre:/data'));
  const pod = read(`${CHART}/templates/deployment.yaml`);
  for (const wanted of ['runAsUser: 1000', 'fsGroup: 1000', 'runAsNonRoot: true', 'readOnlyRootFilesystem: true', 'mountPath: /data', 'mountPath: /tmp']) assert.match(pod, wanted);
  const { stations } = readSettings({}, Object.fromEntries([...text.matchAll(/\b(LIVEGENRE_[A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name!, value!])));
  assert.is(dirname(stations), '/data');
});

test('ports are the default port', () => {
  const port = String(SETTINGS.port.default);
  assert.match(read('Dockerfile'), new RegExp(`^EXPOSE ${port}$`, 'm'));
  assert.match(read('Dockerfile'), `LIVEGENRE_PORT || ${port}`);
  assert.equal(compose.services['livegenre']!.ports, [`127.0.0.1:${port}:${port}`]);
  assert.match(read('compose/prometheus.yml'), `['${compose.services['livegenre']!.hostname}:${port}']`);
  assert.match(read(`${CHART}/templates/deployment.yaml`), `containerPort: ${port}`);
  assert.is(String((parse(read(`${CHART}/values.yaml`)) as { service: { port: number } }).service.port), port);
  assert.equal(addon.ports, { [`${port}/tcp`]: Number(port) });
});

test('health is asked where the server answers', () => {
  const routes = readFileSync(join(ROOT, 'server/http/http.ts'), 'utf8');
  for (const path of ['Dockerfile', `${CHART}/templates/deployment.yaml`, `${ADDON}/config.yaml`]) {
    const asked = [...read(path).matchAll(/\/(?:health|ready)\w*/g)].map(([route]) => route);
    assert.ok(asked.length > 0, path);
    for (const route of asked) assert.match(routes, `app.get('${route}'`);
  }
});

test('there is time to drain before the kill', () => {
  const drainS = withDefaults().drainTimeoutMs / 1000;
  const given = [parseInt(compose.services['livegenre']!.stop_grace_period!, 10), Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1]), Number(/terminationGracePeriodSeconds: (\d+)/.exec(read(`${CHART}/templates/deployment.yaml`))![1]), addon.timeout];
  for (const seconds of given) assert.ok(seconds >= drainS + 5, given.join());
});

test('what compose mounts exists', () => {
  for (const [name, { volumes, build }] of Object.entries(compose.services)) {
    for (const volume of volumes) {
      const [from] = volume.split(':');
      assert.ok(from!.startsWith('./') ? existsSync(join(DEPLOY, from!)) : from! in compose.volumes, `${name}: ${volume}`);
    }
    if (build) assert.ok(existsSync(join(DEPLOY, build.context, build.dockerfile)));
  }
});

test('the unit lets V8 compile and /proc tell the number of cores', () => {
  assert.not.match(unit, /^(MemoryDenyWriteExecute|ProcSubset)=/m);
  assert.match(unit, /^ProtectSystem=strict$/m);
});

test('the chart uses only values that it has, and closes what it opens', () => {
  const values = parse(read(`${CHART}/values.yaml`)) as Record<string, unknown>;
  const templates = FILES.filter(isTemplate);
  assert.is(templates.length, 4);
  for (const path of templates) {
    const text = read(path);
    for (const [, name] of text.matchAll(/\.Values\.([\w.]+)/g)) {
      const found = name!.split('.').reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], values);
      assert.ok(found !== undefined, `${path}: ${name}`);
    }
    const actions = [...text.matchAll(/\{\{-?\s*(\w+|\.)/g)].map(([, word]) => word!);
    assert.is(actions.filter((word) => word === 'end').length, actions.filter((word) => ['if', 'range', 'with'].includes(word)).length, path);
  }
});

test('each option of the add-on is a setting, and its defaults are allowed', () => {
  const names = Object.keys(addon.schema);
  assert.ok(Object.keys(addon.options).every((name) => names.includes(name)));
  assert.equal(Object.keys((parse(read(`${ADDON}/translations/en.yaml`)) as { configuration: object }).configuration), names);
  const variables = new Set(SETTING_NAMES.map(envOf));
  for (const name of names) assert.ok(variables.has(`LIVEGENRE_${name.toUpperCase()}`), name);
  const { logLevel, demo, host, access } = readSettings({}, environmentOf(addon.options));
  assert.equal({ logLevel, demo, host, access }, { logLevel: 'info', demo: false, host: '0.0.0.0', access: 'manage' });
});

test('the broker of the Supervisor becomes a setting, and may be reached', () => {
  const environment = environmentOf({ allow_hosts: '192.168.1.7', admin_token: null, keep_days: 7 }, { host: 'core-mosquitto', port: 1883, username: 'addons', password: 'a/b#c' });
  const { mqtt, allowHosts, keepDays } = readSettings({}, environment);
  assert.equal([mqtt].flat().map(String), ['mqtt://addons:a%2Fb%23c@core-mosquitto:1883']);
  assert.is(environment['LIVEGENRE_ALLOW_HOSTS'], '192.168.1.7,core-mosquitto:1883');
  assert.ok([allowHosts].flat().length > 0);
  assert.is(keepDays, 7);
  assert.not('LIVEGENRE_ADMIN_TOKEN' in environment);
});

test.run();
