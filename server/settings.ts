/**
 * Every limit and timeout of the server, as a named setting: default, unit, flag, environment
 * variable, description and check, all from one table. Flags, environment, `--help` and the
 * tables of `server/README.md` are made from it.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { commaList } from './comma-list.js';
import { parseAllowedHost } from './network/guard/allowed-hosts.js';
import { parseProxies } from './network/client-address.js';
import { addressProblem, BROKER_ADDRESS, NATS_ADDRESS, WEBHOOK_ADDRESS, type AddressUse } from './network/address.js';
import { PIPE_DEFAULTS } from './pipe/settings.js';

/** Definition of a setting. */
export interface Setting<T> {
  readonly default: T;
  /** Shown in `--help`; may be empty. */
  readonly unit: string;
  readonly description: string;
  /** A second environment variable that many hosts set, such as PORT. */
  readonly alsoEnv?: string;
  /** Whether its value is or may contain a password, and must not be shown; or which values may. */
  readonly isSecret?: boolean | RegExp;
  /** @throws Error with the expected format, such as "a whole number from 1 to 64" */
  parse(text: string): T;
}

/** Whether this value of a setting must not be shown. */
export function isSecret({ isSecret: secret = false }: Pick<Setting<unknown>, 'isSecret'>, value: string): boolean {
  return secret instanceof RegExp ? secret.test(value) : secret;
}

type Definition<T> = Omit<Setting<T>, 'parse'>;

function whole(definition: Definition<number> & { readonly min: number; readonly max: number }): Setting<number> {
  return {
    ...definition,
    parse(text) {
      const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
      if (!(value >= definition.min && value <= definition.max)) throw new Error(`a whole number from ${definition.min} to ${definition.max}`);
      return value;
    },
  };
}

function choice<const T extends string>(definition: Definition<NoInfer<T>>, values: readonly T[]): Setting<T> {
  return {
    ...definition,
    parse(text) {
      const value = values.find((each) => each === text);
      if (value === undefined) throw new Error(`one of ${values.join(', ')}`);
      return value;
    },
  };
}

function text(definition: Definition<string>): Setting<string> {
  return {
    ...definition,
    parse(value) {
      if (value.trim() === '') throw new Error('not empty');
      return value;
    },
  };
}

/** A secret without spaces, as HTTP headers require; may be empty. */
function secret(definition: Definition<string>): Setting<string> {
  return {
    ...definition,
    parse(value) {
      if (/[^\x21-\x7e]/.test(value.trim())) throw new Error('ASCII without spaces');
      return value.trim();
    },
  };
}

/** A text that may be empty. */
function anyText(definition: Definition<string>): Setting<string> {
  return { ...definition, parse: (value) => value.trim() };
}

function nodeName(definition: Definition<string>): Setting<string> {
  return {
    ...definition,
    parse(value) {
      if (!/^(?:[A-Za-z0-9][\w-]{0,63})?$/.test(value)) throw new Error('at most 64 letters, digits, dashes and underscores, the first a letter or a digit');
      return value;
    },
  };
}

function addresses(definition: Definition<readonly string[]>, use: AddressUse): Setting<readonly string[]> {
  return {
    ...definition,
    parse(value) {
      // At commas before a scheme only: a password may have commas, too.
      const list = value.split(/,(?=[\s,]*(?:[a-z][a-z0-9+.-]*:\/\/|$))/i).map((each) => each.replace(/^[\s,]+|[\s,]+$/g, '')).filter((each) => each !== '');
      for (const [index, each] of list.entries()) {
        const problem = /\s/.test(each) ? 'it has a space in it' : addressProblem(each, use);
        if (problem !== undefined) throw new Error(`${use.wanted}, or several separated by commas (${list.length === 1 ? '' : `number ${index + 1}: `}${problem})`);
      }
      return list;
    },
  };
}

/** A file, or the address of a PostgreSQL database; may be empty. */
function database(definition: Definition<string>): Setting<string> {
  return {
    ...definition,
    parse(value) {
      const text = value.trim();
      // A letter before a colon is a drive of Windows.
      if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return text;
      const problem = databaseProblem(text);
      if (problem !== undefined) throw new Error(`a file, or postgres://USER:PASSWORD@HOST/DATABASE (${problem})`);
      return text;
    },
  };
}

function databaseProblem(text: string): string | undefined {
  if (!/^postgres(?:ql)?:\/\//i.test(text)) return 'it begins with another scheme';
  if (!URL.canParse(text)) return 'it can not be read; in a password, write @ as %40, / as %2F and # as %23';
  const { pathname, hash } = new URL(text);
  if (hash !== '') return 'it has a # in it; write it as %23';
  if (!/^\/[^/]+$/.test(pathname)) return 'it names no database';
  return undefined;
}

function onOff(definition: Definition<boolean>): Setting<boolean> {
  const values: Record<string, boolean> = { on: true, true: true, 1: true, off: false, false: false, 0: false };
  return {
    ...definition,
    parse(value) {
      const found = values[value];
      if (found === undefined) throw new Error('on or off');
      return found;
    },
  };
}

function checkOrigin(text: string): void {
  if (text !== '*' && !(URL.canParse(text) && new URL(text).origin === text)) throw new Error('origins such as https://example.org, separated by commas, or *');
}

/** @param check throws Error with the expected form */
function list(definition: Definition<readonly string[]>, check: (each: string) => unknown): Setting<readonly string[]> {
  return {
    ...definition,
    parse(value) {
      const parts = commaList(value);
      parts.forEach((each) => check(each));
      return parts;
    },
  };
}

function checkPublicUrl(text: string): void {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) throw new Error('addresses such as https://radio.example, separated by commas');
}

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
const HOUR_MS = 3_600_000;

/** The table. */
export const SETTINGS = {
  port: whole({ default: 8080, unit: '', min: 0, max: 65535, alsoEnv: 'PORT', description: 'port to listen on; 0 takes a free one' }),
  // Not from HOST: several shells and compilers' environments export it for something else.
  host: text({ default: '127.0.0.1', unit: '', description: 'address to listen on; 0.0.0.0 for all of the machine\'s (containers)' }),
  tlsCert: anyText({ default: '', unit: 'file', description: 'certificate of TLS with its chain, in PEM; read again when it changes. Without one the server speaks plain HTTP' }),
  tlsKey: anyText({ default: '', unit: 'file', description: 'key of the certificate, in PEM' }),
  shards: whole({ default: Math.max(1, availableParallelism() - 1), unit: 'threads', min: 1, max: 256, description: 'worker threads that score streams; cores minus one unless set' }),
  model: text({ default: fileURLToPath(new URL('../../models/genre-v2', import.meta.url)), unit: '', description: 'folder of the model' }),
  maxModels: whole({ default: 3, unit: 'models', min: 2, max: 100, description: 'maximum number of models at once: the newest, and those before it whose streams go on' }),
  backend: choice({ default: 'auto', unit: '', description: 'what computes the network: auto, native or wasm' }, ['auto', 'native', 'wasm']),
  maxBatch: whole({ default: PIPE_DEFAULTS.maxBatch, unit: 'streams', min: 1, max: 1024, description: 'maximum number of streams scored in one step of a shard' }),
  batchWaitMs: whole({ default: PIPE_DEFAULTS.batchWaitMs, unit: 'ms', min: 0, max: 1000, description: 'how long a block waits for blocks of other streams, so that one step scores them together' }),

  maxStreams: whole({ default: 1000, unit: 'streams', min: 0, max: 100_000, description: 'maximum number of client streams at once' }),
  maxStreamsPerClient: whole({ default: 100, unit: 'streams', min: 1, max: 100_000, description: 'maximum number of streams at once from one token, or one address of the public internet (of IPv6, its first 64 bits)' }),
  maxViewersPerClient: whole({ default: 200, unit: 'viewers', min: 1, max: 100_000, description: 'maximum number of viewers at once from one token or one such address' }),
  maxBytesPerMinute: whole({ default: 2 * GiB, unit: 'bytes', min: 1, max: 1024 * GiB, description: 'sound and files that one token or one such address sends in a minute; what is more waits' }),
  maxSoundPerSecond: whole({ default: 300, unit: 's', min: 1, max: 1_000_000, description: 'sound that all live streams of one token or one such address send in a second, which is what they cost; what is more waits' }),
  maxRequestsPerMinute: whole({ default: 1200, unit: 'requests', min: 1, max: 10_000_000, description: 'maximum number of requests and connections a minute from one token or one such address' }),
  maxLoad: whole({ default: 85, unit: '%', min: 1, max: 1000, description: 'load of a thread by live streams above which new streams are refused, so that running ones stay in time' }),
  maxUnproven: whole({ default: 100, unit: 'connections', min: 0, max: 100_000, description: 'maximum number of connections at once that came without a token and have not sent one in start yet, where sending needs one' }),
  maxViewers: whole({ default: 1000, unit: 'viewers', min: 0, max: 100_000, description: 'maximum number of viewers at once' }),
  maxListeners: whole({ default: 50, unit: 'listeners', min: 0, max: 100_000, description: 'maximum number of people who listen to stations through the server at once' }),
  maxTuned: whole({ default: 10, unit: 'players', min: 0, max: 10_000, description: 'maximum number of players that tune in to a genre at once, each of which takes an FFmpeg; 0 allows none' }),
  maxMessageBytes: whole({ default: 256 * 1024, unit: 'bytes', min: 1, max: 16 * MiB, description: 'maximum size of a client message' }),
  maxFragments: whole({ default: 64, unit: 'frames', min: 1, max: 16_384, description: 'maximum number of frames in one message' }),
  maxBufferedChunks: whole({ default: 4096, unit: 'reads', min: 1, max: 262_144, description: 'maximum number of reads in which one frame may arrive' }),
  maxBufferedBytes: whole({ default: 512 * 1024, unit: 'bytes', min: 1, max: 64 * MiB, description: 'unscored audio of a stream above which its socket is paused' }),
  maxUnsentBytes: whole({ default: 64 * 1024, unit: 'bytes', min: 0, max: 64 * MiB, description: 'unsent bytes to a slow reader above which it gets only the newest prediction' }),
  maxSegments: whole({ default: PIPE_DEFAULTS.maxSegments, unit: 'segments', min: 1, max: 100_000, description: 'maximum number of segments kept for a stream; the oldest are dropped' }),

  maxFiles: whole({ default: 4, unit: 'files', min: 0, max: 1000, description: 'maximum number of files that are sent to be classified at once' }),
  maxFileBytes: whole({ default: 2 * GiB, unit: 'bytes', min: 1, max: 1024 * GiB, description: 'maximum size of a file that is sent' }),
  maxFileMinutes: whole({ default: 1440, unit: 'minutes', min: 1, max: 100_000, description: 'maximum length of the sound in a file that is sent' }),
  maxExplainSeconds: whole({ default: 30, unit: 's', min: 0, max: 85, description: 'longest stretch of a file of which is shown where the network looked, which costs the square of its length; 0 shows none' }),

  helloTimeoutMs: whole({ default: 5000, unit: 'ms', min: 1, max: HOUR_MS, description: 'time within which a connection must send start' }),
  idleTimeoutMs: whole({ default: 15_000, unit: 'ms', min: 1, max: 24 * HOUR_MS, description: 'time without audio after which a stream is closed' }),
  fileTimeoutMs: whole({ default: 30_000, unit: 'ms', min: 1, max: HOUR_MS, description: 'time without bytes of a file that is sent, or without a reader of its events, after which that is given up' }),
  resumeWindowMs: whole({ default: 15_000, unit: 'ms', min: 0, max: HOUR_MS, description: 'how long a stream waits for its lost connection to resume' }),
  pingIntervalMs: whole({ default: 10_000, unit: 'ms', min: 10, max: HOUR_MS, description: 'time between pings to a silent peer; one that does not answer is disconnected' }),
  closeTimeoutMs: whole({ default: 3000, unit: 'ms', min: 1, max: HOUR_MS, description: 'how long a peer may take to answer a close' }),
  drainTimeoutMs: whole({ default: 10_000, unit: 'ms', min: 0, max: HOUR_MS, description: 'how long running streams may take to finish at shutdown' }),
  retryAfterMs: whole({ default: 5000, unit: 'ms', min: 0, max: HOUR_MS, description: 'how long a client is told to wait when the server is full' }),

  maxLagMs: whole({ default: PIPE_DEFAULTS.maxLagMs, unit: 'ms', min: 1, max: HOUR_MS, description: 'lag above which a live stream drops its oldest audio' }),
  liveAheadMs: whole({ default: PIPE_DEFAULTS.liveAheadMs, unit: 'ms', min: 0, max: HOUR_MS, description: 'lead over the clock above which a stream counts as a file, of which nothing is dropped' }),
  silenceDb: whole({ default: PIPE_DEFAULTS.silenceDb, unit: 'dBFS', min: -120, max: 0, description: 'level below which sound is silence' }),
  silenceEndDb: whole({ default: PIPE_DEFAULTS.silenceEndDb, unit: 'dBFS', min: -120, max: 0, description: 'level above which silence ends at once' }),
  silenceAfterMs: whole({ default: PIPE_DEFAULTS.silenceAfterMs, unit: 'ms', min: 0, max: HOUR_MS, description: 'time below the level before a stream is silent' }),
  forgetAfterMs: whole({ default: PIPE_DEFAULTS.forgetAfterMs, unit: 'ms', min: 0, max: HOUR_MS, description: 'length of a silence or announcement after which the genre is judged afresh' }),

  restartLimit: whole({ default: 5, unit: 'restarts', min: 0, max: 1000, description: 'restarts of a shard within restart-window-ms before it is given up' }),
  restartWindowMs: whole({ default: 60_000, unit: 'ms', min: 1, max: 24 * HOUR_MS, description: 'time over which restarts are counted' }),
  restartDelayMs: whole({ default: 100, unit: 'ms', min: 1, max: HOUR_MS, description: 'wait before a shard is started again; doubles with each restart in the window' }),

  stations: anyText({ default: '', unit: 'file', description: 'file in which stations are kept, created if missing; without one they are lost at shutdown' }),
  stationFiles: anyText({ default: '', unit: 'folder', description: 'folder whose files and named pipes may be stations (file:// addresses); without it none may' }),
  stallAfterMs: whole({ default: 10_000, unit: 'ms', min: 100, max: HOUR_MS, description: 'time without bytes after which a station is stalled and connected to again' }),
  reconnectMinMs: whole({ default: 1000, unit: 'ms', min: 10, max: HOUR_MS, description: 'wait before a lost station is connected to again; doubles with each attempt' }),
  reconnectMaxMs: whole({ default: 60_000, unit: 'ms', min: 10, max: 24 * HOUR_MS, description: 'longest wait before a lost station is connected to again' }),
  database: database({ default: '', unit: 'place', isSecret: /:\/\//, description: 'SQLite file for history, alerts and tokens, or postgres://USER:PASSWORD@HOST/DATABASE for these and the stations; beside the stations file unless set, and without either nothing is stored' }),
  nats: addresses({ default: [], unit: 'URLs', isSecret: true, description: 'NATS servers over which several nodes are one service, such as nats://user:password@host:4222, separated by commas' }, NATS_ADDRESS),
  node: nodeName({ default: '', unit: 'name', description: 'name of this node among several, over --nats or with one PostgreSQL; with --nats the host\'s name and a random number unless set' }),
  library: anyText({ default: '', unit: 'path', description: 'library to search and to make playlists from: a folder of music that livegenre library has heard, or its database' }),
  keepDays: whole({ default: 30, unit: 'days', min: 1, max: 36_500, description: 'time after which history is deleted' }),
  webhooks: addresses({ default: [], unit: 'URLs', isSecret: true, description: 'addresses that receive the alerts of every station, separated by commas' }, WEBHOOK_ADDRESS),
  webhookSecret: anyText({ default: '', unit: 'secret', isSecret: true, description: 'key with which webhooks are signed' }),
  mqtt: addresses({ default: [], unit: 'URL', isSecret: true, description: 'MQTT broker that receives stations and alerts, such as mqtt://user:password@host:1883' }, BROKER_ADDRESS),
  mqttTopic: text({ default: 'livegenre', unit: 'topic', description: 'first part of the MQTT topics' }),
  mqttDiscovery: text({ default: 'homeassistant', unit: 'topic', description: 'Home Assistant\'s discovery prefix' }),
  access: choice({ default: 'manage', unit: '', description: 'what visitors without a token may do: manage (everything), send (look, and send sound), view (look only) or none (sign in only)' }, ['manage', 'send', 'view', 'none']),
  adminToken: secret({ default: '', unit: 'secret', isSecret: true, description: 'token that allows everything, as Authorization: Bearer TOKEN' }),

  allowHosts: list({ default: [], unit: '', description: 'addresses, networks and hosts outside the public internet that stations, webhooks and brokers may be at, separated by commas: 192.168.1.7, 10.0.0.0/8, *.lan, each also with :PORT' }, parseAllowedHost),
  publicUrl: list({ default: [], unit: '', description: 'addresses under which people open the server, separated by commas; requests for other names are refused' }, checkPublicUrl),
  trustProxy: list({ default: [], unit: '', description: 'addresses and networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto count, separated by commas' }, parseProxies),
  allowedOrigins: list({ default: [], unit: '', description: 'origins of other sites\' pages that may connect, separated by commas; * for any' }, checkOrigin),
  demo: onOff({ default: true, unit: '', description: 'the built-in demo station: on or off' }),
  demoSeed: whole({ default: 181, unit: '', min: 0, max: 2 ** 31 - 1, description: 'seed of the demo station\'s music' }),
  logLevel: choice({ default: 'info', unit: '', description: 'lowest level of log lines to write: error, warn, info or debug' }, ['error', 'warn', 'info', 'debug']),
} as const satisfies Record<string, Setting<unknown>>;

type ValueOf<S> = S extends Setting<infer T> ? T : never;
export type SettingName = keyof typeof SETTINGS;
export type Settings = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

/** All settings at their defaults, but for what is given. */
export function withDefaults(given: Partial<Settings> = {}): Settings {
  const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, setting.default]));
  return { ...defaults, ...given } as Settings;
}

/** A setting that can't be used; the sentence names where it came from, its value and what is wanted. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

const words = (name: string): string[] => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
export const flagOf = (name: SettingName): string => `--${words(name).join('-')}`;
export const envOf = (name: SettingName): string => `LIVEGENRE_${words(name).join('_').toUpperCase()}`;

/**
 * Settings from flags, else the environment, else defaults.
 * @param flags by setting name, as parsed from the command line; undefined where not given
 * @throws SettingError at the first value that can't be used
 */
export function readSettings(flags: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string | undefined>>): Settings {
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(SETTINGS) as [SettingName, Setting<unknown>][]) {
    const places: [string, unknown][] = [[flagOf(name), flags[name]], [envOf(name), env[envOf(name)]]];
    if (setting.alsoEnv !== undefined) places.push([setting.alsoEnv, env[setting.alsoEnv]]);
    // An empty variable is how many shells and compose files say "not set"; an empty flag is a slip.
    const found = places.find(([place, value]) => value !== undefined && (value !== '' || place.startsWith('--')));
    if (!found) continue;
    const [place, value] = found;
    if (Array.isArray(value)) throw new SettingError(`${place} is given ${value.length} times; give it once.`);
    try {
      values[name] = setting.parse(String(value));
    } catch (error) {
      const shown = isSecret(setting, String(value)) ? '' : `; it is ${JSON.stringify(String(value))}`;
      throw new SettingError(`${place} must be ${(error as Error).message}${shown}.`);
    }
  }
  const settings = withDefaults(values as Partial<Settings>);
  if (settings.silenceEndDb < settings.silenceDb) {
    throw new SettingError(`${flagOf('silenceEndDb')} must be at least ${flagOf('silenceDb')} (${settings.silenceDb}); it is ${settings.silenceEndDb}.`);
  }
  return settings;
}
