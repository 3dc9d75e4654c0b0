/** A running server with a station and a history that is written by hand. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningServer } from '../../../../server/assemble.js';
import { openDatabase } from '../../../../server/store/database.js';
import { SqliteStore } from '../../../../server/store/sqlite.js';
import type { ClosedRow } from '../../../../server/store/store.js';
import { StationsFile } from '../../../../server/stations/stations-file.js';
import { withServer } from '../../rig.js';
import { SimulatedSources, saved } from '../../stations/simulated-sources.js';

/** The station `one` is switched off, so that nothing is added to these rows. */
export async function withHistory(closed: readonly ClosedRow[], work: (server: RunningServer) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'livegenre-rest-'));
  try {
    const stations = join(folder, 'stations.json');
    await new StationsFile(stations).save([saved({ enabled: false })]);
    const store = new SqliteStore(() => openDatabase(join(folder, 'stations.db')));
    await store.write({ forgotten: [], closed, open: [] });
    store.close();
    await withServer({ stations, keepDays: 36_500 }, work, { listen: new SimulatedSources().listen });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
