/** A real Prometheus scrapes the server and evaluates the rules that operators are given. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { startTestServer, stream } from '../server/rig.js';
import { tone } from '../server/sound.js';
import { Bench, freePort, interop } from './programs.js';
import { eventually } from '../support/until.js';

const test = interop('Prometheus', ['prometheus']);
const RULES = fileURLToPath(new URL('../../../deploy/prometheus-rules.yml', import.meta.url));

interface Answer<T> {
  readonly data: T;
}

test('it scrapes every metric, and knows the rules', async () => {
  const bench = new Bench();
  const server = await startTestServer();
  try {
    const port = await freePort();
    const config = join(bench.folder, 'prometheus.yml');
    writeFileSync(config, JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [RULES],
      scrape_configs: [{ job_name: 'livegenre', static_configs: [{ targets: [`127.0.0.1:${server.port}`] }] }],
    }));
    bench.start('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${join(bench.folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`]);
    const client = await stream(server);
    client.play(tone(300, 2000));
    const ask = async <T>(path: string): Promise<T> => ((await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json()) as Answer<T>).data;
    const value = async (query: string): Promise<number> => {
      const { result } = await ask<{ result: { value: [number, string] }[] }>(`query?query=${encodeURIComponent(query)}`);
      return Number(result[0]?.value[1] ?? NaN);
    };
    let targets = '';
    await eventually('predictions are scraped', async () => {
      targets = JSON.stringify((await ask<{ activeTargets?: { lastError: string }[] }>('targets').catch(() => undefined))?.activeTargets?.map(({ lastError }) => lastError));
      client.play(tone(300, 400));
      return await value('sum(livegenre_predictions_total)').catch(() => NaN) > 0;
    }, { log: () => targets });
    const { activeTargets } = await ask<{ activeTargets: { health: string; lastError: string }[] }>('targets');
    assert.equal(activeTargets.map(({ health, lastError }) => [health, lastError]), [['up', '']]);
    assert.is(await value('livegenre_streams{source="client"}'), 1);
    assert.ok(await value('histogram_quantile(0.99, sum by (le) (livegenre_lag_seconds_bucket))') >= 0);
    const metadata = await ask<Record<string, { type: string }[]>>('metadata');
    assert.is(metadata['livegenre_lag_seconds']![0]!.type, 'histogram');
    assert.is(metadata['livegenre_predictions_total']![0]!.type, 'counter');
    const { groups } = await ask<{ groups: { rules: { name: string; health: string; lastError?: string }[] }[] }>('rules');
    await eventually('all rules are evaluated', async () => (await ask<{ groups: typeof groups }>('rules')).groups.flatMap(({ rules }) => rules).every(({ health }) => health === 'ok'));
    assert.ok(groups.flatMap(({ rules }) => rules).length >= 5);
  } finally {
    await server.close();
    await bench.close();
  }
});

test.run();
