/** Networks of addresses: `10.0.0.0/8`, `fd00::/8`, or one address. */
import { parseAddress, type IpAddress } from './guard/special-address.js';

export interface IpNetwork {
  readonly kind: 'ipv4' | 'ipv6';
  /** Length of its prefix, bits. */
  readonly prefix: number;
  contains(address: IpAddress): boolean;
}

/** @returns undefined if the text is no network */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [, given = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(given);
  if (!address) return undefined;
  const kind = address.kind();
  const whole = kind === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? whole : Number(bits);
  return prefix > whole ? undefined : { kind, prefix, contains: (each) => each.kind() === kind && each.match([address, prefix]) };
}
