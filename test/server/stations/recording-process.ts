/** Records two stations into the given database until it is killed. */
import { Log } from '../../../server/log.js';
import { openDatabase } from '../../../server/store/sqlite/database.js';
import { SqliteStore } from '../../../server/store/sqlite/store.js';
import { History } from '../../../server/stations/history.js';
import { ManualClock } from '../../support/manual-clock.js';
import { BLOCK_MS, heard } from './prediction-events.js';

const BLOCK_EVERY_MS = 10;
const STATIONS = ['a', 'b'];

const clock = new ManualClock();
const history = new History({ store: new SqliteStore(() => openDatabase(process.argv[2]!)).history, log: new Log('error'), scheduler: clock });
for (const station of STATIONS) history.record(station, { type: 'state', atMs: 0, state: 'live', reason: null });
setInterval(() => {
  clock.advance(BLOCK_MS);
  for (const station of STATIONS) history.record(station, heard(clock.now(), `genre ${Math.floor(clock.now() / 3000)}`));
  process.stdout.write(`${clock.now()}\n`);
}, BLOCK_EVERY_MS);
