/** `livegenre token`: adds, lists and revokes API tokens in the database of a server, which may be running. */
import { existsSync } from 'node:fs';
import type { CAC } from 'cac';
import { oneOf, repeated, text, UsageError } from '../../models/command-line.js';
import { newToken, newTokenSchema } from '../access/new-token.js';
import { validationMessage } from '../protocol/validation-message.js';
import { ROLES } from '../protocol/role.js';
import { readSettings, SettingError } from '../settings.js';
import { openStore } from '../store/open.js';
import { dataPlaceOf, type Place } from '../store/place.js';
import type { StoredToken, TokenStore } from '../store/tokens.js';
import { printable } from './terminal.js';

interface Flags {
  readonly role?: string;
  readonly station?: readonly string[];
  readonly origin?: readonly string[];
  readonly database?: string;
  readonly json?: boolean;
}

export function register(cli: CAC): void {
  cli.command('token [action] [name]', 'API tokens of a server: token add NAME, token list, token revoke ID')
    .option('--role <role>', `What it allows: ${ROLES.join(', ')}; each includes those before it`, oneOf(ROLES))
    .option('--station <id>', 'Bind it to a station or stream; may be given several times', repeated(text()))
    .option('--origin <origin>', 'Bind it to pages of an origin, such as https://example.org; may be given several times', repeated(text()))
    .option('--database <place>', 'The server\'s database; LIVEGENRE_DATABASE, or beside LIVEGENRE_STATIONS, unless set', text())
    .option('--json', 'Print JSON')
    .example('  $ livegenre token add "studio recorder" --role send --database radio/stations.db')
    .example('  $ livegenre token list --database radio/stations.db')
    .example('  $ livegenre token revoke 3f9a0c51d2e4 --database radio/stations.db')
    .action(token);
}

async function token(action: string | undefined, name: string | undefined, flags: Flags): Promise<void> {
  if (action === 'add') return add(name, flags);
  if (action === 'list') return list(flags);
  if (action === 'revoke') return revoke(name, flags);
  throw new UsageError(`${action === undefined ? 'Name an action' : `There is no action ${JSON.stringify(action)}`}; the actions are add, list and revoke.`);
}

async function add(name: string | undefined, { role, station, origin, json, ...flags }: Flags): Promise<void> {
  if (name === undefined) throw new UsageError('Name what the token is for, as in token add "studio recorder" --role send.');
  if (role === undefined) throw new UsageError(`Say what it allows with --role ${ROLES.join('|')}.`);
  const fields = newTokenSchema.safeParse({ name, role, stations: station, origins: origin });
  if (!fields.success) throw new UsageError(`${fields.error.issues.map(validationMessage).join('. ')}.`);
  const { token: made, stored } = newToken(fields.data, Date.now());
  await withTokens(placeOf(flags), (store) => store.add(stored));
  if (json) return console.log(JSON.stringify({ token: made, ...view(stored) }));
  console.log(made);
  console.error('This is shown once: keep it where passwords are kept. Programs send it as "Authorization: Bearer TOKEN".');
}

async function list({ json, ...flags }: Flags): Promise<void> {
  const tokens = await withTokens(existing(flags), (store) => store.list());
  if (json) return console.log(JSON.stringify(tokens.map(view)));
  if (tokens.length === 0) console.log('There are no tokens.');
  for (const { id, name, role, stations, origins, createdAtMs, usedAtMs } of tokens) {
    const bound = [...stations ?? [], ...origins ?? []].join(', ');
    console.log(`${id}  ${role.padEnd(6)}  ${printable(name)}${bound && `, for ${bound}`}, made ${day(createdAtMs)}, ${usedAtMs === null ? 'never used' : `used ${minute(usedAtMs)}`}`);
  }
}

async function revoke(id: string | undefined, flags: Flags): Promise<void> {
  if (id === undefined) throw new UsageError('Name the id of the token; token list shows the ids.');
  if (!await withTokens(existing(flags), (store) => store.remove(id))) throw new Error(`There is no token ${JSON.stringify(id)}; token list shows the ids.`);
  console.log(`Revoked ${id}.`);
}

/** @throws SettingError when neither a flag nor the environment names the database */
function placeOf({ database }: Pick<Flags, 'database'>): Place {
  const place = dataPlaceOf(readSettings({ database }, process.env));
  if (place === undefined) throw new SettingError('Name the server\'s database with --database FILE. Beside the stations file radio/stations.json it is radio/stations.db.');
  return place;
}

function existing(flags: Pick<Flags, 'database'>): Place {
  const place = placeOf(flags);
  if (place.engine === 'sqlite' && !existsSync(place.path)) throw new SettingError(`There is no database ${place.path}.`);
  return place;
}

async function withTokens<T>(place: Place, work: (tokens: TokenStore) => Promise<T>): Promise<T> {
  const store = await openStore(place);
  try {
    return await work(store.tokens);
  } finally {
    await store.close();
  }
}

function view({ hash: _, createdAtMs, usedAtMs, ...rest }: StoredToken) {
  return { ...rest, createdAt: new Date(createdAtMs).toISOString(), usedAt: usedAtMs === null ? null : new Date(usedAtMs).toISOString() };
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
