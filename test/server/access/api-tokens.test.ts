/** API tokens in a database that the command line changes while a server has it open. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cac } from 'cac';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../../models/command-line.js';
import { ApiTokens } from '../../../server/access/api-tokens.js';
import { newTokenSchema } from '../../../server/access/new-token.js';
import { register } from '../../../server/cli/token.js';
import { Log } from '../../../server/log.js';
import { openDatabase, type Database } from '../../../server/store/sqlite/database.js';
import { SqliteStore } from '../../../server/store/sqlite/store.js';
import { refusal } from '../cli/in-process.js';

let folder: string;
let path: string;
let database: Database;
let nowMs = Date.parse('2026-11-30T12:00:00Z');
const lines: string[] = [];
let tokens: ApiTokens;

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'livegenre-tokens-'));
  path = join(folder, 'stations.db');
  database = openDatabase(path);
  tokens = new ApiTokens({ store: new SqliteStore(() => database).tokens, now: () => nowMs, log: new Log('debug', (line) => lines.push(line)) });
});
test.after(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

/** What the command prints. */
async function command(...args: string[]): Promise<string> {
  const cli = cac('livegenre');
  register(cli);
  const printed: string[] = [];
  const { log, error } = console;
  console.log = (line: string) => void printed.push(line);
  console.error = () => {};
  try {
    await runCommand(cli, ['token', ...args, '--database', path]);
  } finally {
    Object.assign(console, { log, error });
  }
  return printed.join('\n');
}

test('a token that the command line adds counts at once, and no more once it is revoked', async () => {
  const token = await command('add', 'studio recorder', '--role', 'send', '--station', 'one', '--station', 'two', '--origin', 'https://radio.example');
  assert.match(token, /^lg_[\w-]{43}$/);
  const { id, name, role, stations, origins, usedAtMs } = (await tokens.find(token))!;
  assert.equal([name, role, stations, origins, usedAtMs], ['studio recorder', 'send', ['one', 'two'], ['https://radio.example'], null]);
  assert.match(await command('list'), `${id}  send    studio recorder, for one, two, https://radio.example, made ${new Date().toISOString().slice(0, 10)}, used 2026-11-30 12:00 UTC`);
  assert.is(await command('revoke', id), `Revoked ${id}.`);
  assert.is(await tokens.find(token), undefined);
  assert.is(await command('list'), 'There are no tokens.');
});

test('what is kept does not tell the token, and two tokens differ', async () => {
  const { token, stored } = await tokens.add({ name: 'a', role: 'view' });
  assert.is.not((await tokens.add({ name: 'a', role: 'view' })).token, token);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  for (const file of readdirSync(folder)) assert.not.match(readFileSync(join(folder, file), 'latin1'), token.slice(3, 15));
  assert.not.match(lines.join(), token.slice(3, 15));
  assert.match(await command('list', '--json'), stored.id);
});

test('another token of the same id, and anything else, is none', async () => {
  const { token, stored } = await tokens.add({ name: 'b', role: 'manage' });
  const other = `lg_${'A'.repeat(43)}`;
  database.prepare('UPDATE tokens SET hash = :hash WHERE id = :id').run({ id: stored.id, hash: `${stored.id}${'0'.repeat(52)}` });
  for (const wrong of [token, other, `${token} `, token.slice(0, -1), stored.id, '', 'lg_']) assert.is(await tokens.find(wrong), undefined, wrong);
});

test('the last use is written at most once a minute', async () => {
  const { token, stored: { id } } = await tokens.add({ name: 'c', role: 'view' });
  const usedMs = async (): Promise<number> => (await tokens.get(id))!.usedAtMs!;
  await tokens.find(token);
  const firstMs = await usedMs();
  assert.is(firstMs, nowMs);
  nowMs += 59_999;
  await tokens.find(token);
  assert.is(await usedMs(), firstMs);
  nowMs += 1;
  await tokens.find(token);
  assert.is(await usedMs(), nowMs);
  nowMs -= 7 * 86_400_000; // the clock was wrong
  await tokens.find(token);
  assert.is(await usedMs(), nowMs);
});

test('a database that can only be read lets tokens in', async () => {
  const { token, stored: { id } } = await tokens.add({ name: 'd', role: 'view' });
  database.exec('PRAGMA query_only = ON');
  try {
    assert.is((await tokens.find(token))!.id, id);
    await tokens.add({ name: 'e', role: 'view' }).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, 'can not be read or written'));
  } finally {
    database.exec('PRAGMA query_only = OFF');
  }
  assert.match(lines.join(), 'the last use of a token could not be written');
});

test('the command refuses what it can\'t use', async () => {
  const told = async (...args: string[]): Promise<string> => (await refusal(register, ['token', ...args])).stderr;
  assert.match(await told('add', 'x', '--database', path), '--role view|send|manage');
  assert.match(await told('add', '--role', 'view', '--database', path), 'Name what the token is for');
  assert.match(await told('add', 'x', '--role', 'view', '--origin', 'radio.example', '--database', path), 'origins must be such as https://example.org');
  assert.not(newTokenSchema.safeParse({ name: 'x', role: 'view', stations: Array.from({ length: 101 }, (_, index) => `s${index}`) }).success);
  assert.ok(newTokenSchema.safeParse({ name: 'x', role: 'view', stations: Array.from({ length: 100 }, (_, index) => `s${index}`) }).success);
  assert.match(await told('add', 'x', '--role', 'admin', '--database', path), '--role must be one of');
  assert.match(await told('revoke', 'none', '--database', path), 'There is no token "none"');
  assert.match(await told('list', '--database', join(folder, 'missing.db')), 'There is no database');
  assert.match(await told('list'), '--database FILE');
  assert.match(await told('show', '--database', path), 'the actions are add, list and revoke');
});

test('a server without a database has no tokens, and says how to have some', async () => {
  const none = new ApiTokens({ store: undefined, now: () => 0, log: new Log('error', () => {}) });
  assert.is(await none.find(`lg_${'A'.repeat(43)}`), undefined);
  await none.add({ name: 'x', role: 'view' }).then(() => assert.unreachable(), (error: Error) => assert.match(error.message, '--database FILE'));
});

test.run();
