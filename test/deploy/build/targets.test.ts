/** The plan fits the repository: a folder that moves without it would be left out of the build. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filesIn } from '../../../deploy/build/stamps.js';
import { PLAN } from '../../../deploy/build/targets.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

test('every source belongs to a target, and every target but that of a package has sources', () => {
  const { gradients, ...targets } = PLAN.targets;
  const files = filesIn(ROOT, PLAN.folders);
  for (const [name, { isSource }] of Object.entries(targets)) assert.ok(files.some(isSource), name);
  const sources = files.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
  assert.equal(sources.filter((path) => !Object.values(targets).some(({ isSource }) => isSource(path))), []);
  assert.not.ok(files.some(gradients!.isSource));
});

test('what all depend on is there', () => {
  for (const path of PLAN.always) assert.ok(existsSync(join(ROOT, path)), path);
});

test('no compiled file of the program loads the many modules of RxJS and zod', () => {
  const compiled = filesIn(join(ROOT, 'dist'), ['server', 'models']).filter((path) => path.endsWith('.js')).map((path) => readFileSync(join(ROOT, 'dist', path), 'utf8'));
  const importing = (name: RegExp): number => compiled.filter((text) => name.test(text)).length;
  for (const [name, least] of [['rxjs', 20], ['zod', 6], ['@hono/zod-openapi', 10]] as const) {
    assert.is(importing(new RegExp(`from "${name}"|import\\("${name}"`)), 0, name);
    assert.ok(importing(new RegExp(`from "(?:\\.\\.?\\/)+(?:\\w+\\/)*${basename(name)}\\.js"`)) >= least, name);
  }
});

test.run();
