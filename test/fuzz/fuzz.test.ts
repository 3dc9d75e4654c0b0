/** The fuzzer finds what it should, and a short run of every target finds nothing. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fuzz, type Target } from './fuzz.js';
import { keptInputs } from './kept.js';
import { COSTS, TARGETS } from './targets/targets.js';

/** For targets that cost no more than others; fewer for the rest. */
const CASES = 200;
/** These start a server, and are run with all others only. */
const WITH_SERVER: readonly string[] = ['sockets', 'requests'];

const planted = (run: Target['run']): Target => ({ name: 'planted', shape: 'bytes', seeds: [Buffer.from('hello')], words: ['?!'], run });

test('a fault is found once for each place, with the shortest input seen', async () => {
  const { failures, cases } = await fuzz(planted((input) => {
    if (Buffer.from(input).includes('?!')) throw new TypeError(`no ${input.length}`);
  }), { cases: 500, seed: 1 });
  assert.is(cases, 500);
  assert.is(failures.length, 1);
  assert.match(failures[0]!.reason, /TypeError: no/);
  assert.ok(failures[0]!.input.length < 40);
});

test('what changes its input, takes long or keeps memory fails', async () => {
  const reasons = async (run: Target['run'], cases: number): Promise<string> => (await fuzz(planted(run), { cases, seed: 1, explores: false, hangMs: 50 })).failures.map(({ reason }) => reason).join('\n');
  assert.match(await reasons((input) => void (input[0] = 1), 3), /input was changed/);
  assert.match(await reasons(() => {
    for (const startedUs = process.cpuUsage().user; process.cpuUsage().user < startedUs + 6e4;);
  }, 1), /ms of CPU/);
  const held: Uint8Array[] = [];
  assert.match(await reasons(() => void held.push(new Uint8Array(8000)), 5000), /Memory grew by \d+ MB/);
});

test('one seed gives the same cases', async () => {
  const seen = async (seed: number): Promise<string> => {
    const all: string[] = [];
    await fuzz(planted((input) => void all.push(Buffer.from(input).toString('hex'))), { cases: 100, seed, explores: false });
    return all.join(' ');
  };
  assert.is(await seen(5), await seen(5));
  assert.is.not(await seen(5), await seen(6));
});

for (const [name, make] of TARGETS) {
  if (WITH_SERVER.includes(name)) continue;
  test(`${name}: kept inputs and some cases`, async () => {
    const target = await make();
    try {
      const kept = keptInputs(name);
      const { failures } = await fuzz(target, { cases: target.seeds.length + kept.length + Math.ceil(CASES / (COSTS[name] ?? 1)), seed: 1, kept, explores: false });
      assert.equal(failures.map(({ reason, input }) => `${reason} on ${Buffer.from(input).toString('base64')}`), []);
    } finally {
      await target.close?.();
    }
  });
}

test.run();
