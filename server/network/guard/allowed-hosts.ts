/**
 * The exceptions of the guard: `10.0.0.0/8`, `192.168.1.7`, `radio.lan`, `*.lan`, each with or without
 * a port. None of them may name everything.
 */
import { parseNetwork } from '../ip-network.js';
import type { IpAddress } from './special-address.js';

interface AllowedHost {
  /** Undefined: any port. */
  readonly port: number | undefined;
  matches(host: string, address: IpAddress): boolean;
}

/** The widest networks that can be named: 10.0.0.0/8 and fc00::/7. */
const LEAST_PREFIX = { ipv4: 8, ipv6: 7 } as const;
const FORM = 'addresses, networks, hosts or *.domains, such as 10.0.0.0/8, 192.168.1.7:8000, [fd00::1]:8000 and *.lan, separated by commas';

/** @throws Error with the expected form */
export function parseAllowedHost(text: string): AllowedHost {
  const [, place = '', portText] = /^(\[[^\]]*\](?:\/\d+)?|[^:]*|[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:./]*?)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) throw new Error(FORM);
  const network = parseNetwork(place.replace(/[[\]]/g, ''));
  if (network) {
    if (network.prefix < LEAST_PREFIX[network.kind]) throw new Error(`${FORM}; a network may have no shorter prefix than /8, for IPv6 /7`);
    return { port, matches: (_, address) => network.contains(address) };
  }
  const pattern = place.toLowerCase().replace(/\.$/, '');
  // The last part of a name has a letter; else it is an address in an unusual spelling.
  if (!/^(?:\*\.)?(?:[\p{L}\p{N}_-]+\.)*[\p{L}\p{N}_-]*\p{L}[\p{L}\p{N}_-]*$/u.test(pattern) || /(?:^|\.)0x[0-9a-f]*$/.test(pattern)) throw new Error(FORM);
  const domain = pattern.startsWith('*.') ? pattern.slice(1) : undefined;
  return { port, matches: (host) => (domain === undefined ? host === pattern : host.endsWith(domain) && host.length > domain.length) };
}
