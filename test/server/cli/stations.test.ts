/** `livegenre stations import`, in this process, with a server of stations that the test plays. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../../server/cli/run.js';
import { until } from '../../support/until.js';
import { withServer } from '../rig.js';
import { SimulatedSources, station } from '../stations/simulated-sources.js';

const DEAD = 'http://127.0.0.1/dead';
const KNOWN = 'http://127.0.0.1/known';

/** What a command prints. */
async function printed(argv: readonly string[]): Promise<{ readonly code: number | undefined; readonly out: string; readonly errors: string }> {
  const [log, error] = [console.log, console.error];
  const lines: { out: string[]; errors: string[] } = { out: [], errors: [] };
  console.log = (text: string) => lines.out.push(text);
  console.error = (text: string) => lines.errors.push(text);
  try {
    const code = await run(argv);
    return { code, out: lines.out.join('\n'), errors: lines.errors.join('\n') };
  } finally {
    Object.assign(console, { log, error });
  }
}

test('each station of the lists is listened to once, and one that fails is told and not added', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-import-'));
  const sources = new SimulatedSources();
  try {
    writeFileSync(join(folder, 'a.pls'), `[playlist]\nFile1=${DEAD}\nTitle1=Dead Air\n`);
    writeFileSync(join(folder, 'b.m3u'), `#EXTM3U\n#EXTINF:-1,Again\n${DEAD}\n#EXTINF:-1,Known\n${KNOWN}\n`);
    writeFileSync(join(folder, 'notes.txt'), 'none');
    await withServer({}, async (server) => {
      await server.stations.add(station({ id: 'known', url: KNOWN, enabled: false }));
      const importing = printed(['stations', 'import', folder, '--url', server.url, '--add']);
      await until(() => sources.subscriberCount(DEAD) === 1);
      sources.emitState(DEAD, 'failing', 'The server answers with 404 Not Found.');
      const { code, out, errors } = await importing;
      assert.is(code, undefined);
      assert.equal(out.split('\n').sort(), ['no    Dead Air: The server answers with 404 Not Found.', 'no    Known: it is on the server already']);
      assert.is(errors, '2 stations, 0 with sound, 0 added.');
      assert.is(server.stations.list().length, 1);
    }, { listen: sources.listen });
    const { code, errors } = await printed(['stations', 'import', join(folder, 'notes.txt')]);
    assert.is(code, 2);
    assert.match(errors, /notes.txt can't be imported: it is no OPML, M3U, PLS or JSON/);
    assert.is((await printed(['stations', 'import'])).code, 2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
