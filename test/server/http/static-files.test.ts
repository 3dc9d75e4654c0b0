/** The dashboard's files as they are asked for: by path, and the page at each of its places. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileAt, readFiles, type ServedFile } from '../../../server/http/static-files.js';

const PAGE = '<link href="dashboard.css"><script src="dashboard.js"></script><a href="https://radio.example/">';

async function withFiles(work: (at: (path: string) => string | undefined) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'livegenre-'));
  try {
    await writeFile(join(folder, 'index.html'), PAGE);
    await writeFile(join(folder, 'dashboard.js'), 'script');
    const files = await readFiles(folder);
    work((path) => text(fileAt(files, path)));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function text(file: ServedFile | undefined): string | undefined {
  return file && Buffer.from(file.body).toString();
}

test('the page is served at each of its routes, and its files resolve from there', () => withFiles((at) => {
  assert.is(at('/'), PAGE);
  for (const path of ['/stations', '/files', '/library', '/tokens', '/tune']) assert.is(at(path), PAGE);
  const deeper = '<link href="../dashboard.css"><script src="../dashboard.js"></script><a href="https://radio.example/">';
  for (const path of ['/stations/', '/stations/radio-1', '/stations/a.b']) assert.is(at(path), deeper, path);
}));

test('other paths are files or not found', () => withFiles((at) => {
  assert.is(at('/dashboard.js'), 'script');
  for (const path of ['/index.html', '/stations/a/b', '/stations/a/dashboard.js', '/station', '/stations.js']) assert.is(at(path), undefined, path);
}));

test('without a built page its routes are not found', async () => {
  const files = await readFiles('/nowhere/at/all');
  for (const path of ['/', '/files', '/library', '/stations', '/stations/a']) assert.is(fileAt(files, path), undefined);
});

test.run();
