/** What a test file needs is derived from its imports, direct and indirect. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needsOf } from './needs.js';

/** Concatenated, or this file itself would match. */
const module = (path: string): string => `'${path}.js'`;

const test = suite<{ root: string }>('needs');

test.before((context) => {
  context.root = mkdtempSync(join(tmpdir(), 'livegenre-needs-'));
  const files = {
    'test/plain.test.ts': `import { one } from ${module('../server/server')};\nimport { two } from ${module('./two')};`,
    'test/two.ts': `import { suite } from 'uvu';\nimport ${module('./plain.test')};\nimport ${module('./missing')};`,
    'test/e2e/far.test.ts': `import { pages } from ${module('../support/pages')};`,
    'test/support/pages.ts': `import { openBrowser } from ${module('./browser')};`,
    'test/support/browser.ts': '',
    'test/server/both.test.ts': `import { findFfmpeg } from ${module('../../server/sources/ffmpeg')};\nconst { startBackend } = await import(${module('../../models/tensorflow/backend')});`,
    'test/models/calls.test.ts': `import { train } from ${module('../../models/training/training')};`,
    'test/server/cli/serve.test.ts': `import { start } from ${module('./program')};`,
    'test/server/cli/program.ts': `const PROGRAM = fileURLToPath(new URL(${module('../../../server/cli/livegenre')}, import.meta.url));`,
    'test/models/starts.test.ts': `const TRAIN = fileURLToPath(new URL(${module('../../models/training/train')}, import.meta.url));`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(context.root, dirname(path)), { recursive: true });
    writeFileSync(join(context.root, path), text);
  }
});

test.after(({ root }) => rmSync(root, { recursive: true }));

test('a file that names none of the modules needs nothing, whatever the product imports', ({ root }) => {
  assert.equal([...needsOf(root, 'test/plain.test.ts')], []);
});

test('imports count, those of imported test files and programs that are started too', ({ root }) => {
  assert.equal([...needsOf(root, 'test/e2e/far.test.ts')], ['browser']);
  assert.equal([...needsOf(root, 'test/server/both.test.ts')], ['ffmpeg', 'tensorflow']);
  for (const path of ['test/models/calls.test.ts', 'test/models/starts.test.ts']) assert.equal([...needsOf(root, path)], ['tensorflow']);
  assert.equal([...needsOf(root, 'test/server/cli/serve.test.ts')], ['commands']);
});

test.run();
