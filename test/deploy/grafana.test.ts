/** What operators are given asks for metrics that there are. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sharedServer } from '../server/rig.js';

const shared = sharedServer(test);
const read = (path: string): string => readFileSync(new URL(`../../../deploy/${path}`, import.meta.url), 'utf8');
const namesIn = (text: string): Set<string> => new Set(text.match(/\b(?:livegenre|nodejs|process)_[a-z0-9_]+\b/g));

test('the Grafana dashboard and the Prometheus rules use existing metrics', () => shared(async ({ url }) => {
  const page = await (await fetch(`${url}/metrics`)).text();
  const served = new Set([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name, type]) => (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!])));
  for (const file of ['grafana/livegenre.json', 'prometheus-rules.yml']) {
    const asked = namesIn(read(file));
    assert.ok(asked.size > 3);
    assert.equal([...asked].filter((name) => !served.has(name)), [], file);
  }
}));

test('the Grafana dashboard is JSON with panels that do not overlap', () => {
  const { panels } = JSON.parse(read('grafana/livegenre.json')) as { panels: { gridPos: { x: number; y: number; w: number; h: number } }[] };
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`));
  assert.is(new Set(cells).size, cells.length);
});

test.run();
