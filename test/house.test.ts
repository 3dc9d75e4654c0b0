/** The house keeps its order: imports run one way, dsp is pure, no room is called for nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HOUSES = ['dsp', 'models', 'server', 'client'] as const;

interface Import {
  readonly file: string;
  readonly from: string;
  /** Path in the repository, or a package's name. */
  readonly to: string;
  readonly isType: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
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

const imports = HOUSES.flatMap(sources).flatMap(importsOf);
const isHouse = (name: string): boolean => (HOUSES as readonly string[]).includes(name);

/** What each folder may import of the others. */
function mayImport({ file, from, to, isType }: Import): boolean {
  const target = to.split('/')[0]!;
  if (from === target || !isHouse(target)) return true;
  switch (from) {
    case 'models': return target === 'dsp';
    case 'server': return target === 'dsp' || target === 'models'
      // The command line sends and watches through the SDK, as everybody does.
      || (file.startsWith('server/cli/') && to.startsWith('client/sdk/'));
    case 'client': return target === 'dsp' || (to === 'server/protocol/messages.js' && isType);
    default: return false;
  }
}

test('there is something to check', () => {
  assert.ok(imports.length > 200);
  assert.ok(imports.some(({ from, to }) => from === 'server' && to.startsWith('models/')));
});

test('imports run one way: client to the protocol’s types, server to models to dsp', () => {
  assert.equal(imports.filter((each) => !mayImport(each)).map(({ file, to }) => `${file} → ${to}`), []);
});

test('dsp has no I/O, no clock and no network library', () => {
  const packages = imports.filter(({ from, to }) => from === 'dsp' && !isHouse(to.split('/')[0]!)).map(({ to }) => to);
  assert.equal([...new Set(packages)], ['fft.js']);
  for (const file of sources('dsp')) {
    assert.not.match(readFileSync(join(ROOT, file), 'utf8'), /\b(process|Date|performance|setTimeout|setInterval|fetch|console)\b[.(]/, file);
  }
});

test('what goes to browsers imports nothing of Node', () => {
  const offenders = imports.filter(({ file, to }) => /^(client\/(dashboard|embed|widget)|dsp)\//.test(file) && to.startsWith('node:'));
  assert.equal(offenders, []);
});

test('no folder is called utils, helpers, common or lib', () => {
  for (const file of sources('.').filter((path) => !path.includes('node_modules'))) {
    assert.not.match(dirname(file), /(^|\/)(utils?|helpers?|common|lib|misc|shared)(\/|$)/, file);
  }
});

test.run();
