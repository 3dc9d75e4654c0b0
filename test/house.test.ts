/** Architecture rules: imports run one way between folders and between rooms, without cycles. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HOUSES = ['dsp', 'models', 'server', 'client'] as const;

/**
 * The rooms of server/ and which of the others each may import. The files at the root are two
 * kinds: `server.ts`, `assemble.ts` and `persistence.ts` hold the rooms together and import all of
 * them; the rest are for every room but the pipe.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  network: [],
  pipe: ['protocol'],
  shards: ['protocol', 'pipe'],
  sources: ['protocol', 'network'],
  streams: ['protocol', 'shards', 'sources'],
  store: ['protocol'],
  tune: ['protocol'],
  drawing: ['protocol', 'tune'],
  stations: ['protocol', 'network', 'pipe', 'sources', 'streams', 'store', 'tune'],
  relay: ['protocol', 'sources', 'tune', 'stations'],
  alerts: ['protocol', 'network', 'stations', 'store'],
  cluster: ['protocol', 'network', 'streams', 'stations', 'alerts'],
  access: ['protocol', 'store'],
  http: ['protocol', 'network', 'pipe', 'sources', 'streams', 'tune', 'drawing', 'stations', 'relay', 'store', 'access', 'files', 'library', 'inspect'],
  sockets: ['protocol', 'streams', 'stations', 'access', 'http'],
  metrics: ['protocol', 'shards', 'streams', 'stations', 'sockets', 'files'],
  evaluation: ['pipe', 'shards', 'sources'],
  library: ['protocol', 'pipe', 'shards', 'sources', 'files', 'store', 'tune'],
  'data-packs': ['sources'],
  health: ['protocol', 'shards', 'sources', 'streams', 'stations', 'store', 'doctor'],
  doctor: ['protocol', 'network', 'shards', 'sources', 'stations', 'store', 'http'],
  files: ['protocol', 'shards', 'sources'],
  inspect: ['protocol', 'pipe', 'shards', 'sources', 'files', 'data-packs'],
  cli: ['protocol', 'pipe', 'shards', 'sources', 'files', 'store', 'tune', 'stations', 'access', 'library', 'evaluation', 'data-packs', 'inspect', 'doctor'],
};
const HOLDS_ALL: readonly string[] = ['server.ts', 'assemble.ts', 'persistence.ts'];

interface Import {
  readonly file: string;
  readonly from: string;
  /** Path in the repository, or a package's name. */
  readonly to: string;
  readonly isType: boolean;
}

/** AssemblyScript kernels are excluded: another compiler reads them. */
function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.as.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?[\w\s{},*$]*?from '([^']+)'|^import '([^']+)'|\bimport\(\s*'([^']+)'/gm);
  return [...found].map(([, type, named, bare, dynamic]) => {
    const to = (named ?? bare ?? dynamic)!;
    return { file, from: file.split('/')[0]!, to: to.startsWith('.') ? join(dirname(file), to) : to, isType: type !== undefined };
  });
}

const files = HOUSES.flatMap(sources);
const imports = files.flatMap(importsOf);
const byFile = new Map<string, Import[]>(files.map((file) => [file, []]));
for (const each of imports) byFile.get(each.file)!.push(each);
const isHouse = (name: string): boolean => (HOUSES as readonly string[]).includes(name);
const sourceOf = (to: string): string => to.replace(/\.js$/, '.ts');
const isOurs = (to: string): boolean => byFile.has(sourceOf(to));

/** What each folder may import of the others. */
function mayImport({ file, from, to, isType }: Import): boolean {
  const target = to.split('/')[0]!;
  if (from === target || !isHouse(target)) return true;
  switch (from) {
    case 'models': return target === 'dsp';
    case 'server': return target === 'dsp' || target === 'models'
      // The command line sends and watches through the SDK, as everybody does.
      || (file.startsWith('server/cli/') && to.startsWith('client/sdk/'));
    case 'client': return target === 'dsp' || /^server\/(tune|drawing)\//.test(to) || (to.startsWith('server/protocol/') && isType)
      // A site without a server makes the demo's music itself.
      || (file.startsWith('client/static-site/') && to.startsWith('server/sources/demo/'))
      // The pipe itself runs there.
      || (file.startsWith('client/device/') && (target === 'models' || /^server\/(pipe|protocol)\//.test(to)));
    default: return false;
  }
}

/** The room of a file in server/, or the name of a file at its root. */
function roomOf(path: string): string {
  return sourceOf(path).split('/')[1]!;
}

function mayEnter({ file, to }: Import): boolean {
  const [from, target] = [roomOf(file), roomOf(to)];
  if (from === target || HOLDS_ALL.includes(from)) return true;
  if (!(target in ROOMS)) return from !== 'pipe' && (!HOLDS_ALL.includes(target) || from === 'cli');
  // The settings take the pipe's defaults from it, and check addresses.
  return from in ROOMS ? ROOMS[from]!.includes(target) : from === 'settings.ts' && (to === 'server/pipe/settings.js' || target === 'network');
}

/** Circles of imports, types included. */
function circles(): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) return void found.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    for (const { to } of byFile.get(file) ?? []) if (isOurs(to)) visit(sourceOf(to), [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

/** All files imported at run time, directly or indirectly, including the given ones. */
function reached(from: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { to, isType } of byFile.get(file) ?? []) if (!isType && isOurs(to)) visit(sourceOf(to));
  };
  from.forEach(visit);
  return seen;
}

function packagesOf(reachedFiles: Iterable<string>): string[] {
  const packages = [...reachedFiles].flatMap((file) => byFile.get(file) ?? []).filter(({ to, isType }) => !isType && !isHouse(to.split('/')[0]!)).map(({ to }) => to);
  return [...new Set(packages)].sort();
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/ .*$/gm, '');

test('there is something to check', () => {
  assert.ok(imports.length > 200);
  assert.ok(imports.some(({ from, to }) => from === 'server' && to.startsWith('models/')));
  assert.ok(imports.filter(({ to }) => isOurs(to)).length > 200);
});

test('imports run one way: client to the dial, the drawings and the protocol’s types, server to models to dsp', () => {
  assert.equal(imports.filter((each) => !mayImport(each)).map(({ file, to }) => `${file} → ${to}`), []);
});

test('rooms of server/ import only the rooms below them', () => {
  const between = imports.filter(({ from, to }) => from === 'server' && to.startsWith('server/'));
  assert.ok(between.length > 100);
  assert.equal(between.filter((each) => !mayEnter(each)).map(({ file, to }) => `${file} → ${to}`), []);
  const rooms = new Set(files.filter((file) => file.startsWith('server/') && file.split('/').length > 2).map(roomOf));
  assert.equal([...rooms].sort(), Object.keys(ROOMS).sort());
});

test('there are no import cycles', () => {
  assert.equal(circles(), []);
});

test('dsp has no I/O, no clock and no network library', () => {
  const packages = imports.filter(({ from, to }) => from === 'dsp' && !isHouse(to.split('/')[0]!)).map(({ to }) => to);
  assert.equal([...new Set(packages)], ['fft.js']);
  for (const file of sources('dsp')) {
    assert.not.match(readFileSync(join(ROOT, file), 'utf8'), /\b(process|Date|performance|setTimeout|setInterval|fetch|console)\b[.(]/, file);
  }
});

test('the pipe runs in a browser: it and its imports use no Node API, no clock and only two packages', () => {
  const pipe = sources('server/pipe');
  assert.ok(pipe.length >= 8);
  const all = reached(pipe);
  assert.ok(all.has('dsp/mel/mel-columns.ts'));
  assert.equal(packagesOf(all), ['fft.js', 'rxjs']);
  for (const file of all) {
    assert.not.match(withoutComments(readFileSync(join(ROOT, file), 'utf8')), /\b(process|Buffer|Date|performance|setTimeout|setInterval|setImmediate|console|asyncScheduler|__dirname)\b/, file);
  }
});

test('the dial runs in a browser and has no clock of its own', () => {
  const all = reached(sources('server/tune'));
  assert.ok(all.has('server/tune/wish.ts'));
  assert.equal(packagesOf(all), []);
  for (const file of all) {
    assert.not.match(withoutComments(readFileSync(join(ROOT, file), 'utf8')), /\b(process|Buffer|Date\.now|new Date|performance|setTimeout|setInterval|setImmediate|console|random)\b/, file);
  }
});

test('what goes to browsers imports nothing of Node', () => {
  const offenders = imports.filter(({ file, to }) => /^(client\/(dashboard|embed|widget)|dsp)\//.test(file) && to.startsWith('node:'));
  assert.equal(offenders, []);
  const device = reached(['client/device/device-worker.ts', 'client/device/device.ts']);
  assert.ok(device.has('server/pipe/pipeline.ts') && device.has('models/step/simd-step.ts'));
  // `browser` of package.json leaves this file out.
  device.delete('models/kernels/relaxed-simd.ts');
  assert.equal(packagesOf(device), ['fft.js', 'rxjs']);
});

test('no folder is called utils, helpers, common or lib', () => {
  for (const file of sources('.').filter((path) => !path.includes('node_modules'))) {
    assert.not.match(dirname(file), /(^|\/)(utils?|helpers?|common|lib|misc|shared)(\/|$)/, file);
  }
});

test.run();
