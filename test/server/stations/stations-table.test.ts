import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stationSchema, type StationConfig } from '../../../server/stations/config.js';
import { StationsTable } from '../../../server/stations/stations-table.js';
import type { StationDifference, StationDocument, StationStore } from '../../../server/store/stations.js';
import { StoreError } from '../../../server/store/store.js';

const station = (id: string, name = id): StationConfig => stationSchema.parse({ id, name, url: 'http://radio.example/live' });

/** Remembers what it was asked to change. */
function remembering(documents: StationDocument[] = []): { store: StationStore; asked: unknown[]; fail(): void } {
  const asked: unknown[] = [];
  let isFailing = false;
  return {
    asked,
    fail: () => (isFailing = true),
    store: {
      load: async () => documents,
      async change({ added, changed, removed }: StationDifference) {
        if (isFailing) throw new StoreError('it is away');
        asked.push({ added: added.map(({ id }) => id), changed: changed.map(({ id }) => id), removed });
      },
    },
  };
}

test('only the stations that differ from what was read are written', async () => {
  const { store, asked } = remembering([{ ...station('a') }, { ...station('b') }]);
  const table = new StationsTable(store);
  assert.equal(await table.load(), [station('a'), station('b')]);
  await Promise.all([
    table.save([station('a'), station('b'), station('c')]),
    table.save([station('a', 'New'), station('c')]),
    table.save([station('a', 'New'), station('c')]),
  ]);
  assert.equal(asked, [
    { added: ['c'], changed: [], removed: [] },
    { added: [], changed: ['a'], removed: ['b'] },
    { added: [], changed: [], removed: [] },
  ]);
});

test('a change that could not be saved is not-kept, and is written with the next', async () => {
  const first = remembering();
  const failing = new StationsTable(first.store);
  first.fail();
  await failing.save([station('a')]).then(() => assert.unreachable(), (error: Error & { code?: string }) => assert.equal([error.code, error.message], ['not-kept', 'The stations could not be saved, so nothing was changed: it is away.']));
  const second = remembering();
  const table = new StationsTable({ ...second.store, change: async (difference) => (second.asked.length === 0 && second.asked.push('failed') ? Promise.reject(new StoreError('it is away')) : second.store.change(difference)) });
  await table.save([station('a')]).catch(() => {});
  await table.save([station('a'), station('b')]);
  assert.equal(second.asked, ['failed', { added: ['a', 'b'], changed: [], removed: [] }]);
});

test('a station that can not be used is named', async () => {
  const table = new StationsTable(remembering([{ ...station('a'), url: 'nonsense' }]).store);
  await table.load().then(() => assert.unreachable(), (error: Error) => assert.match(error.message, /^The station "a" in the database can not be used: url must be/));
});

test.run();
