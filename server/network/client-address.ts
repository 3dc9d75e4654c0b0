/**
 * Who a request is from, where it comes through reverse proxies: each adds the address that it was
 * connected from to the right of X-Forwarded-For. It is read from the right for as long as the next
 * address is a trusted proxy's; what lies further left may be invented by the client.
 */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { parseAddress } from './guard/special-address.js';
import { parseNetwork, type IpNetwork } from './ip-network.js';

export interface Client {
  /** In its usual spelling; an IPv4 address in that of IPv4. Empty if the connection is gone. */
  readonly address: string;
  /** Whether its connection has TLS, to this server or to the proxy. */
  readonly isSecure: boolean;
}

export type ClientRequest = Pick<IncomingMessage, 'headers'> & { readonly socket: { readonly remoteAddress?: string | undefined } };

/** @throws Error with the expected form */
export function parseProxies(text: string): IpNetwork {
  const network = parseNetwork(text);
  // With all addresses trusted, every client could say who it is.
  if (!network || network.prefix === 0) throw new Error('addresses or networks of reverse proxies, such as 127.0.0.1 and 172.16.0.0/12, separated by commas');
  return network;
}

/** @param proxies networks of trusted proxies; without any, headers count nothing */
export function clientReader(proxies: readonly string[]): (request: ClientRequest) => Client {
  const networks = proxies.map(parseProxies);
  const isProxy = (address: string): boolean => {
    const parsed = parseAddress(address);
    return parsed !== undefined && networks.some((network) => network.contains(parsed));
  };
  return ({ headers, socket }) => {
    let address = canonical(socket.remoteAddress ?? '') ?? '';
    const isSecure = (socket as Partial<TLSSocket>).encrypted === true;
    if (!isProxy(address)) return { address, isSecure };
    const scheme = String(headers['x-forwarded-proto'] ?? '').split(',').at(-1)!.trim().toLowerCase();
    const hops = String(headers['x-forwarded-for'] ?? '').split(',');
    while (isProxy(address)) {
      const hop = canonical(withoutPort(hops.pop()?.trim() ?? ''));
      if (hop === undefined) break;
      address = hop;
    }
    return { address, isSecure: isSecure || scheme === 'https' };
  };
}

function canonical(text: string): string | undefined {
  return parseAddress(text)?.toString();
}

/** Some proxies add the port. */
const withoutPort = (text: string): string => text.replace(/^\[([^\]]*)\](?::\d+)?$|^([\d.]+):\d+$/, '$1$2');
