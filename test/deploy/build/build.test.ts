/** Only what is out of date is built: with a small plan in a folder of its own, whose targets join their sources. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { build, type Plan } from '../../../deploy/build/build.js';

interface Place {
  readonly root: string;
  readonly plan: Plan;
  /** Thrown by `b` when it is built. */
  failure: Error | undefined;
}

const test = suite<Place>('build');

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

test.before.each((context) => {
  const root = mkdtempSync(join(tmpdir(), 'livegenre-build-'));
  const target = (ending: string) => ({
    isSource: (path: string) => path.endsWith(ending),
    build: async (at: string, sources: readonly string[]) => {
      if (ending === '.b' && context.failure) throw context.failure;
      for (const path of sources) write(at, `dist/${path}.out`, read(at, path));
      return sources.map((path) => `dist/${path}.out`);
    },
  });
  Object.assign(context, {
    root,
    failure: undefined,
    plan: { folders: ['src', 'nowhere'], always: ['tools.json'], targets: { a: target('.a'), b: target('.b') } } satisfies Plan,
  });
  write(root, 'src/one.a', '1');
  write(root, 'src/deep/two.a', '2');
  write(root, 'src/three.b', '3');
  write(root, 'tools.json', 'v1');
});

test.after.each(({ root }) => rmSync(root, { recursive: true }));

test('everything is built once, and then nothing', async ({ root, plan }) => {
  assert.equal(await build(root, plan), ['a', 'b']);
  assert.is(read(root, 'dist/src/deep/two.a.out'), '2');
  assert.equal(await build(root, plan), []);
});

test('a file of the root that the plan names is a source, others are not', async ({ root, plan }) => {
  write(root, 'named.a', '1');
  write(root, 'other.a', '1');
  const named = { ...plan, files: ['named.a'] };
  await build(root, named);
  assert.equal([existsSync(join(root, 'dist/named.a.out')), existsSync(join(root, 'dist/other.a.out'))], [true, false]);
  write(root, 'named.a', '2');
  assert.equal(await build(root, named), ['a']);
});

test('a changed source makes its target stale and no other', async ({ root, plan }) => {
  await build(root, plan);
  write(root, 'src/one.a', 'x'); // as long as before
  assert.equal(await build(root, plan), ['a']);
  assert.is(read(root, 'dist/src/one.a.out'), 'x');
  assert.equal(await build(root, plan), []);
});

test('a new source does too', async ({ root, plan }) => {
  await build(root, plan);
  write(root, 'src/four.b', '4');
  assert.equal(await build(root, plan), ['b']);
  assert.ok(existsSync(join(root, 'dist/src/four.b.out')));
});

test('a source that is gone does too, and takes its output along', async ({ root, plan }) => {
  await build(root, plan);
  rmSync(join(root, 'src/one.a'));
  assert.equal(await build(root, plan), ['a']);
  assert.not.ok(existsSync(join(root, 'dist/src/one.a.out')));
  assert.ok(existsSync(join(root, 'dist/src/deep/two.a.out')));
  assert.equal(await build(root, plan), []);
});

test('a source with a new time and the same content does not', async ({ root, plan }) => {
  await build(root, plan);
  utimesSync(join(root, 'src/one.a'), 1e9, 1e9);
  assert.equal(await build(root, plan), []);
  // Its new time is remembered: its content need not be read again.
  assert.match(read(root, 'dist/.built.json'), '1000000000000');
});

test('an output that is gone, or another one than was written, is built again', async ({ root, plan }) => {
  await build(root, plan);
  rmSync(join(root, 'dist/src/three.b.out'));
  assert.equal(await build(root, plan), ['b']);
  write(root, 'dist/src/one.a.out', 'y');
  assert.equal(await build(root, plan), ['a']);
  assert.is(read(root, 'dist/src/one.a.out'), '1');
});

test('other tools build everything again', async ({ root, plan }) => {
  await build(root, plan);
  write(root, 'tools.json', 'v2');
  assert.equal(await build(root, plan), ['a', 'b']);
});

test('a source that all depend on counts once', async ({ root, plan }) => {
  const both = { ...plan, always: ['src/one.a'] };
  await build(root, both);
  assert.equal(await build(root, both), []);
});

test('of targets that are named, only those are built', async ({ root, plan }) => {
  assert.equal(await build(root, plan, ['b']), ['b']);
  assert.not.ok(existsSync(join(root, 'dist/src/one.a.out')));
  assert.equal(await build(root, plan), ['a']);
});

test('a target that fails stays stale, with its outputs, until it is built; the others are built', async (context) => {
  const { root, plan } = context;
  await build(root, plan);
  context.failure = new Error('no b');
  write(root, 'src/one.a', 'x');
  rmSync(join(root, 'src/three.b'));
  await build(root, plan).then(() => assert.unreachable(), (error: unknown) => assert.is(error, context.failure));
  assert.is(read(root, 'dist/src/one.a.out'), 'x');
  assert.ok(existsSync(join(root, 'dist/src/three.b.out')));
  context.failure = undefined;
  assert.equal(await build(root, plan), ['b']);
  assert.not.ok(existsSync(join(root, 'dist/src/three.b.out')));
  assert.equal(await build(root, plan), []);
});

test('outputs of nobody knows what are removed', async ({ root, plan }) => {
  write(root, 'dist/src/old.a.out', 'old');
  await build(root, plan);
  assert.not.ok(existsSync(join(root, 'dist/src/old.a.out')));
  write(root, 'dist/src/old.a.out', 'old');
  write(root, 'dist/.built.json', '{"format": 1, "built": {"a"'); // cut off
  assert.equal(await build(root, plan), ['a', 'b']);
  assert.not.ok(existsSync(join(root, 'dist/src/old.a.out')));
});

test.run();
