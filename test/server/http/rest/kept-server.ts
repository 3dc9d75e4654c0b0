/** A running server with a station and a history that is written by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchedulerLike } from 'rxjs';
import type { RunningServer } from '../../../../server/assemble.js';
import { openDatabase } from '../../../../server/store/sqlite/database.js';
import { SqliteStore } from '../../../../server/store/sqlite/store.js';
import type { ClosedRow } from '../../../../server/store/store.js';
import { StationsFile } from '../../../../server/stations/stations-file.js';
import { startTestServer, type Hooks } from '../../rig.js';
import { SimulatedSources, saved } from '../../stations/simulated-sources.js';

/** The station `one` is switched off, so that nothing is added to these rows. */
async function startWithHistory(closed: readonly ClosedRow[], scheduler?: SchedulerLike): Promise<{ readonly server: RunningServer; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-rest-'));
  const remove = (): void => rmSync(folder, { recursive: true });
  try {
    const stations = join(folder, 'stations.json');
    await new StationsFile(stations).save([saved({ enabled: false })]);
    const store = new SqliteStore(() => openDatabase(join(folder, 'stations.db')));
    await store.history.write({ forgotten: [], closed, open: [] });
    await store.close();
    const server = await startTestServer({ stations, keepDays: 36_500 }, { listen: new SimulatedSources().listen, ...(scheduler && { scheduler }) });
    return { server, close: () => server.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

export async function withHistory(closed: readonly ClosedRow[], work: (server: RunningServer) => Promise<void>, scheduler?: SchedulerLike): Promise<void> {
  const { server, close } = await startWithHistory(closed, scheduler);
  await work(server).finally(close);
}

/** One such server for those tests of a file that only read. */
export function sharedHistory(hooks: Hooks, closed: readonly ClosedRow[]): (work: (server: RunningServer) => Promise<void>) => Promise<void> {
  let kept: Awaited<ReturnType<typeof startWithHistory>>;
  hooks.before(async () => {
    kept = await startWithHistory(closed);
  });
  hooks.after(() => kept.close());
  return (work) => work(kept.server);
}
