/**
 * The guard before every connection that the server makes to an address that somebody gave: stations,
 * webhooks, brokers. It refuses special addresses (`special-address.ts`), unless the setting
 * `allowHosts` names them. A name is resolved once, and the connection goes to the address that was
 * checked, so that a second answer of DNS changes nothing; redirects are connections of their own. No
 * proxy of the environment is used: these sockets go where they say.
 */
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectSecurely, type TLSSocket } from 'node:tls';
import { parseAllowedHost } from './allowed-hosts.js';
import { parseAddress, specialKind } from './special-address.js';

/** The connection is refused; the message names neither host nor address, since viewers may read it. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
  readonly code = 'ERR_REFUSED_ADDRESS';

  constructor(kind: string) {
    super(`The address leads to ${kind}, where this server connects only to what --allow-hosts names; add its host there. The log says which line.`);
  }
}

export interface Refusal {
  readonly host: string;
  readonly port: number;
  /** Such as "a private network". */
  readonly kind: string;
  /** The setting as it must be to allow this host, such as `--allow-hosts *.lan,10.0.0.5`. */
  readonly add: string;
}

export interface Place {
  /** A name, or an address with or without brackets. */
  readonly host: string;
  readonly port: number | string;
}

export interface Guard {
  /** A TCP connection, which fails with `RefusedAddress` where the guard refuses. */
  connect(place: Place): Socket;
  /** The same with TLS; its certificate is checked for the host. */
  connectSecurely(place: Place): TLSSocket;
  /** What an address given as such leads to, if it is refused. Names are resolved only when a connection is made. */
  refusedKind(place: Place): string | undefined;
}

type Resolve = (host: string, options: LookupOptions & { readonly all: true }, done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void) => void;

export interface GuardOptions {
  readonly allowHosts: readonly string[];
  /** Told of each refused host once. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** DNS. */
  readonly lookup?: Resolve;
  /** Refused hosts that are remembered as told; of more nothing is told. */
  readonly maxTold?: number;
}

const MAX_TOLD = 1000;

export function createGuard({ allowHosts, onRefused = () => {}, lookup = resolve, maxTold = MAX_TOLD }: GuardOptions): Guard {
  const allowed = allowHosts.map(parseAllowedHost);
  const told = new Set<string>();

  /** Undefined if a connection may go to this address for this host. */
  function kindIfRefused(host: string, port: number, text: string): string | undefined {
    const address = parseAddress(text);
    if (!address) return 'an address that can not be read';
    const kind = specialKind(address);
    return kind === undefined || allowed.some((each) => (each.port ?? port) === port && each.matches(host, address)) ? undefined : kind;
  }

  function refuse(host: string, port: number, kind: string): RefusedAddress {
    const key = `${host} ${port}`;
    if (!told.has(key) && told.size < maxTold) {
      told.add(key);
      onRefused({ host, port, kind, add: `--allow-hosts ${[...allowHosts, host.includes(':') ? `[${host}]` : host].join(',')}` });
    }
    return new RefusedAddress(kind);
  }

  /** Resolves a host to those of its addresses that are not refused. */
  const checkedLookup = (host: string, port: number): LookupFunction => (name, options, done) => {
    // Later, as a real lookup answers: then the caller listens for the error.
    if (isIP(host)) return void setImmediate(done, refuse(host, port, kindIfRefused(host, port, host)!), []);
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const kinds = addresses.map(({ address }) => kindIfRefused(host, port, address));
      const open = addresses.filter((_, index) => kinds[index] === undefined);
      if (open.length === 0) return done(refuse(host, port, kinds[0] ?? 'no address'), []);
      if (options.all) done(null, open);
      else done(null, open[0]!.address, open[0]!.family);
    });
  };

  /** Options of a socket. A socket to an address asks for no lookup, so a refused one is given as a name that is looked up. */
  function checked({ host: given, port: givenPort }: Place): { host: string; port: number; lookup: LookupFunction } {
    // Node's clients of HTTP give it as text.
    const port = Number(givenPort);
    const host = plainHost(given);
    const isRefused = isIP(host) !== 0 && kindIfRefused(host, port, host) !== undefined;
    return { host: isRefused ? 'refused.invalid' : isIP(host) ? host : given, port, lookup: checkedLookup(host, port) };
  }

  return {
    connect: (place) => connect(checked(place)),
    connectSecurely: (place) => connectSecurely({ ...checked(place), ...(!isIP(plainHost(place.host)) && { servername: plainHost(place.host) }) }),
    refusedKind: ({ host, port }) => (isIP(plainHost(host)) ? kindIfRefused(plainHost(host), Number(port), plainHost(host)) : undefined),
  };
}

/** For comparison: a name may end in a dot. */
const plainHost = (host: string): string => host.replace(/^\[|\]$/g, '').replace(/\.$/, '').toLowerCase();
