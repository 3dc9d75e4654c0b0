/**
 * Addresses that people give for stations, webhooks and brokers: one reading of the credentials in
 * them, and the reason why an address can never work, for the door that it comes in by.
 */
import { isBlockedByFetch } from './blocked-ports.js';

export interface Credentials {
  readonly username: string;
  /** Empty if there is none. */
  readonly password: string;
}

/** What an address is for. */
export interface AddressUse {
  /** With the colon, as `URL` has it. */
  readonly schemes: readonly string[];
  /** Such as "an http:// or https:// address". */
  readonly wanted: string;
  /** Ports of other protocols, which a request could confuse, are refused as `fetch` refuses them. */
  readonly isFetched?: boolean;
  /** User name and password go to a broker of messages, not into a header of HTTP. */
  readonly isBroker?: boolean;
}

export const STATION_ADDRESS: AddressUse = { schemes: ['http:', 'https:', 'file:'], wanted: 'an http://, https:// or file:// address' };
export const WEBHOOK_ADDRESS: AddressUse = { schemes: ['http:', 'https:'], wanted: 'an http:// or https:// address', isFetched: true };
export const BROKER_ADDRESS: AddressUse = { schemes: ['mqtt:', 'mqtts:', 'ws:', 'wss:'], wanted: 'an mqtt://, mqtts://, ws:// or wss:// address', isBroker: true };

export const NATS_ADDRESS: AddressUse = { schemes: ['nats:', 'tls:'], wanted: 'a nats:// or tls:// address', isBroker: true };

/** The schemes for which `URL` takes a backslash for a slash. */
const SPECIAL_SCHEMES: readonly string[] = ['http', 'https', 'ws', 'wss', 'file', 'ftp'];

/**
 * The decoded user name and password of an address; undefined if it has neither. A % that begins no
 * escape, as in `100%`, stands for itself: that is how people write it and how players read it.
 */
export function credentialsOf({ username, password }: Pick<URL, 'username' | 'password'>): Credentials | undefined {
  if (username === '' && password === '') return undefined;
  return { username: decoded(username), password: decoded(password) };
}

/** The `Authorization` header of HTTP (RFC 7617), in UTF-8. */
export function basicAuthorization({ username, password }: Credentials): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** Gives the credentials of `from` to an address of the same origin that has none: a redirect, or an entry of a playlist. */
export function keepCredentials(to: URL, from: URL): URL {
  if (to.origin === from.origin && to.username === '' && to.password === '') {
    to.username = from.username;
    to.password = from.password;
  }
  return to;
}

/** Whether the text is an address of one of the schemes at all; what else can be wrong, `addressProblem` says. */
export function isAddress(text: string, { schemes }: AddressUse): boolean {
  return URL.canParse(text) && schemes.includes(new URL(text).protocol);
}

/**
 * Why an address can never work, to be put after the name of its field; undefined if it may work. The
 * sentence quotes no part of the address, which may be a secret.
 */
export function addressProblem(text: string, use: AddressUse): string | undefined {
  // URL removes tabs and line breaks, also out of a password.
  if (/\p{Cc}/u.test(text.trim())) return 'it has a line break or another control character in it';
  const stray = strayCharacter(text);
  if (stray !== undefined) return `the ${stray} in its user name or password must be written as ${percentEncoded(stray)}; if the ${stray} is not part of one, write the @ after it as %40`;
  if (!isAddress(text, use)) return `it must be ${use.wanted}`;
  const url = new URL(text);
  if (url.protocol === 'file:') return undefined;
  if (!hostOf(url)) return 'it names no host';
  if (url.port === '0') return 'nothing can listen on port 0';
  if (use.isFetched && isBlockedByFetch(url.port)) return `no request can be made to port ${url.port}: the Fetch standard blocks it (https://fetch.spec.whatwg.org/#port-blocking). Let the receiver listen on another one`;
  return credentialsProblem(url, use);
}

/** The host for a socket: without the brackets of IPv6, international names in ASCII; undefined if there is none or it can't be one. */
export function hostOf({ hostname }: URL): string | undefined {
  // Only schemes of the web have their hosts checked and converted.
  const checked = `http://${hostname}`;
  return hostname !== '' && URL.canParse(checked) ? new URL(checked).hostname.replace(/^\[|\]$/g, '') : undefined;
}

/** Where a connection to an address of HTTP goes; undefined for a file. */
export function placeOf(url: URL): { readonly host: string; readonly port: number } | undefined {
  const host = url.protocol === 'file:' ? undefined : hostOf(url);
  return host === undefined ? undefined : { host, port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80) };
}

function credentialsProblem(url: URL, { isBroker }: AddressUse): string | undefined {
  const credentials = credentialsOf(url);
  if (!credentials) return undefined;
  if ([url.username, url.password].some(hasForeignEscape)) return 'the escapes in its user name or password are not UTF-8; a % that begins no escape must be written as %25';
  const { username, password } = credentials;
  if (/\p{Cc}/u.test(username + password)) return 'its user name or password has a control character in it';
  // The server would split at the first colon (RFC 7617, section 2).
  if (!isBroker && username.includes(':')) return 'its user name has a : in it, which HTTP can not send';
  // MQTT 3.1.1, section 3.1.2.9.
  if (isBroker && username === '') return 'it has a password without a user name, which a broker does not take';
  return undefined;
}

function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function hasForeignEscape(text: string): boolean {
  return (text.match(/(?:%[0-9a-f]{2})+/gi) ?? []).some((escapes) => decoded(escapes) === escapes);
}

const percentEncoded = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;

/**
 * The character that ends the host too early because it belongs to a password: `http://user:12/34@host`
 * is, read by the rules, the path `/34@host` of the server "user". An @ after a host with a dot in its
 * name is left alone.
 */
function strayCharacter(text: string): string | undefined {
  const [, scheme = '', address = ''] = /^\s*([a-z][a-z0-9+.-]*):\/\/([^]*)$/i.exec(text) ?? [];
  const isSpecial = SPECIAL_SCHEMES.includes(scheme.toLowerCase());
  const end = address.search(isSpecial ? /[/?#\\]/ : /[/?#]/);
  if (end === -1 || scheme.toLowerCase() === 'file' || !address.includes('@', end)) return undefined;
  const authority = address.slice(0, end);
  const first = address[end]!;
  if (!URL.canParse(`${scheme}://${authority}`)) return first;
  // A fragment is never sent, so nobody has a use for one with an @.
  const fragment = address.indexOf('#');
  if (fragment !== -1 && address.includes('@', fragment)) return '#';
  if (isPlausibleHost(authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, ''))) return undefined;
  // "user:12" may be a server with its port, but then the @ can be escaped; "user" needs the colon of a password, too.
  return authority.includes(':') || /^[^?]*:[^?]*@/.test(address.slice(end)) ? first : undefined;
}

function isPlausibleHost(host: string): boolean {
  return host === 'localhost' || /[^.]\.[^.]/.test(host) || host.startsWith('[');
}
