import { test } from 'uvu';
import { openDatabase } from '../../../server/store/database.js';
import { SqliteStore } from '../../../server/store/sqlite.js';
import { historyStoreTests } from './history-store.js';

historyStoreTests('SQLite', () => new SqliteStore(() => openDatabase(':memory:')));

test.run();
