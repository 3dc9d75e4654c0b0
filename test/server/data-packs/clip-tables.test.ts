import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CLIP_STATISTICS } from '../../../dsp/descriptors/clip-statistics.js';
import { openTables } from '../../../server/data-packs/clip-tables.js';

const tables = suite<{ folder: string }>('the tables of clips', { folder: '' });

tables.before.each((context) => { context.folder = mkdtempSync(join(tmpdir(), 'livegenre-test-')); });
tables.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

const values = (first: number): number[] => CLIP_STATISTICS.map((_, n) => first + n / 8);

tables('a row for each recording and for each piece, in the form of RFC 4180, under the names of GTZAN', async ({ folder }) => {
  const written = await openTables(join(folder, 'new'));
  await written.add('blues.00000.wav', 'blues', { whole: values(-1), pieces: [values(0), values(1)] });
  await written.add('an album/say "a, b".flac', 'hip, hop', { whole: values(2), pieces: [values(3)] });
  await written.add('no type', '=1+1', { whole: values(4), pieces: [] });
  await written.finish();
  assert.equal(written.rows, [3, 3]);
  const [thirty, three] = ['features_30_sec.csv', 'features_3_sec.csv'].map((name) => readFileSync(join(folder, 'new', name), 'utf8').split('\r\n'));
  const heading = ['filename', ...CLIP_STATISTICS, 'label'].join(',');
  assert.equal(thirty, [heading, `blues.00000.wav,${values(-1)},blues`, `"an album/say ""a, b"".flac",${values(2)},"hip, hop"`, `no type,${values(4)},'=1+1`, '']);
  assert.equal(three, [heading, `blues.00000.0.wav,${values(0)},blues`, `blues.00000.1.wav,${values(1)},blues`, `"an album/say ""a, b"".0.flac",${values(3)},"hip, hop"`, '']);
  assert.equal(readdirSync(join(folder, 'new')).sort(), ['features_30_sec.csv', 'features_3_sec.csv']);
});

tables('what is abandoned leaves the tables of before', async ({ folder }) => {
  writeFileSync(join(folder, 'features_3_sec.csv'), 'of before');
  const written = await openTables(folder);
  await written.add('a.wav', 'a', { whole: values(0), pieces: [values(0)] });
  await written.abandon();
  assert.equal(readdirSync(folder), ['features_3_sec.csv']);
  assert.is(readFileSync(join(folder, 'features_3_sec.csv'), 'utf8'), 'of before');
});

tables.run();
