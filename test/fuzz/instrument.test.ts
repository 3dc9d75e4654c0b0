import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Coverage, giveCounters } from './coverage.js';
import { fuzz } from './fuzz.js';
import { instrumented } from './instrument.js';

giveCounters();

const load = <Module>(source: string): Promise<Module> => import(`data:text/javascript,${encodeURIComponent(source)}`) as Promise<Module>;

/** Everything that has branches, written as compilers write it and as people do. */
const SOURCE = `
export function run(n, text = n > 1 ? 'many' : 'few') {
  const all = [text];
  const add = (value) => all.push(value), twice = (a) => ({ a, b: a && (a || 0) });
  if (n) add('n'); else if (n === 0) add('zero');
  else { add('other') }
  for (let k = 0; k < n; k++) add(k);
  for (const each of [1, 2]) if (each === n) continue; else add(each);
  for (const key in twice(n)) { add(key); }
  do n--; while (n > 0)
  label: while (true) break label;
  switch (n) {
    case 0: add('is 0');
    case 1: case 2: add('to 2'); break;
    default: { add('beyond'); }
  }
  try { if (n < 0) throw new Error('below'); } catch { add('caught') } finally { add('done') }
  let x; x ??= n || 7; x &&= x ? n ? 1 : 2 : 3;
  return [...all, x, new (class extends Array { #y = n ?? 1; static { add('static') } constructor() { super(); add(this.#y) } get z() { return this.#y } })().z, \`\${n ? 'a' : \`b\${n && 1}\`}\`, all?.[0] ?? 'none', async () => await n && 2].map(String).join();
}
export default (a, { b = a ?? 2 } = {}) => a || b;
`;

test('what a module does is the same with counters in it, on the same lines', async () => {
  interface Module { run(n: number, text?: string): string; default(a: number): number }
  const [plain, counted] = await Promise.all([load<Module>(SOURCE), load<Module>(instrumented(SOURCE))]);
  // The text of the function at its end has a counter in it.
  const shown = (text: string): string => text.replace(/\(\$hits\[\d+\]\+\+, ([^)]*)\)/g, '$1').replace(/,async.*/, '');
  for (const n of [-1, 0, 1, 2, 3, 9]) {
    assert.is(shown(counted.run(n)), shown(plain.run(n)), `${n}`);
    assert.is(counted.default(n), plain.default(n));
  }
  assert.is(instrumented(SOURCE).split('\n').length, SOURCE.split('\n').length);
});

test('a place that is reached for the first time is new, and so is one that is reached often', async () => {
  const { run } = await load<{ run(n: number): void }>(instrumented('export function run(n) { if (n < 0) return; for (let k = 0; k < n; k++); }'));
  const coverage = new Coverage();
  const reached = (n: number): string => {
    run(n);
    return coverage.take();
  };
  assert.equal([0, 0, 1, 1, 2, 3, 3, 5, 4, 7, 8, 100, 100, -1, -1].map(reached), [
    'new code', 'nothing new', 'new code', 'nothing new', 'more often', 'more often', 'nothing new', 'more often', 'nothing new', 'nothing new', 'more often', 'more often', 'nothing new', 'new code', 'nothing new',
  ]);
  assert.is(coverage.places, 3);
});

test('conditions within conditions are found one after the other, which chance alone does not do', async () => {
  const conditions = [0, 1, 2, 3, 4, 5].map((index) => `if (input[${index}] ${index % 2 === 0 ? '>= 240' : '< 16'}) `).join('');
  const { run } = await load<{ run(input: Uint8Array): void }>(instrumented(`export function run(input) { ${conditions}throw new TypeError('found'); }`));
  const found = async (explores: boolean): Promise<number> => (await fuzz({ name: 'nested', shape: 'bytes', seeds: [new Uint8Array(6).fill(100)], run }, { cases: 4000, seed: 1, explores })).failures.length;
  assert.equal([await found(true), await found(false)], [1, 0]);
});

test.run();
