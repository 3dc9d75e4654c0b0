/** API tokens in a database that the command line changes while a server has it open. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cac } from 'cac';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../../models/command-line.js';
import { ApiTokens } from '../../../server/access/api-tokens.js';
import { register } from '../../../server/cli/token.js';
import { Log } from '../../../server/log.js';
import { openDatabase, type Database } from '../../../server/store/database.js';
import { TokenStore } from '../../../server/store/tokens.js';
import { refusal } from '../cli/program.js';

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
  tokens = new ApiTokens({ store: new TokenStore(() => database), now: () => nowMs, log: new Log('debug', (line) => lines.push(line)) });
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
  const { id, name, role, stations, origins, usedAtMs } = tokens.find(token)!;
  assert.equal([name, role, stations, origins, usedAtMs], ['studio recorder', 'send', ['one', 'two'], ['https://radio.example'], null]);
  assert.match(await command('list'), `${id}  send    studio recorder, for one, two, https://radio.example, made ${new Date().toISOString().slice(0, 10)}, used 2026-11-30 12:00 UTC`);
  assert.is(await command('revoke', id), `Revoked ${id}.`);
  assert.is(tokens.find(token), undefined);
  assert.is(await command('list'), 'There are no tokens.');
});

test('what is kept does not tell the token, and two tokens differ', async () => {
  const { token, stored } = tokens.add({ name: 'a', role: 'view' });
  assert.is.not(tokens.add({ name: 'a', role: 'view' }).token, token);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  for (const file of readdirSync(folder)) assert.not.match(readFileSync(join(folder, file), 'latin1'), token.slice(3, 15));
  assert.not.match(lines.join(), token.slice(3, 15));
  assert.match(await command('list', '--json'), stored.id);
});

test('another token of the same id, and anything else, is none', () => {
  const { token, stored } = tokens.add({ name: 'b', role: 'manage' });
  const other = `lg_${'A'.repeat(43)}`;
  database.prepare('UPDATE tokens SET hash = :hash WHERE id = :id').run({ id: stored.id, hash: `${stored.id}${'0'.repeat(52)}` });
  for (const wrong of [token, other, `${token} `, token.slice(0, -1), stored.id, '', 'lg_']) assert.is(tokens.find(wrong), undefined, wrong);
});

test('the last use is written at most once a minute', () => {
  const { token, stored: { id } } = tokens.add({ name: 'c', role: 'view' });
  const usedMs = (): number => tokens.get(id)!.usedAtMs!;
  tokens.find(token);
  const firstMs = usedMs();
  assert.is(firstMs, nowMs);
  nowMs += 59_999;
  tokens.find(token);
  assert.is(usedMs(), firstMs);
  nowMs += 1;
  tokens.find(token);
  assert.is(usedMs(), nowMs);
  nowMs -= 7 * 86_400_000; // the clock was wrong
  tokens.find(token);
  assert.is(usedMs(), nowMs);
});

test('a database that can only be read lets tokens in', () => {
  const { token, stored: { id } } = tokens.add({ name: 'd', role: 'view' });
  database.exec('PRAGMA query_only = ON');
  try {
    assert.is(tokens.find(token)!.id, id);
    assert.throws(() => tokens.add({ name: 'e', role: 'view' }), /can not be read or written/);
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
  assert.match(await told('add', 'x', '--role', 'admin', '--database', path), '--role must be one of');
  assert.match(await told('revoke', 'none', '--database', path), 'There is no token "none"');
  assert.match(await told('list', '--database', join(folder, 'missing.db')), 'There is no database');
  assert.match(await told('list'), '--database FILE');
  assert.match(await told('show', '--database', path), 'the actions are add, list and revoke');
});

test('a server without a database has no tokens, and says how to have some', () => {
  const none = new ApiTokens({ store: undefined, now: () => 0, log: new Log('error', () => {}) });
  assert.is(none.find(`lg_${'A'.repeat(43)}`), undefined);
  assert.throws(() => none.add({ name: 'x', role: 'view' }), /--database FILE/);
});

test.run();
