/**
 * Which addresses are no place of the public internet, by IANA's registries of special-purpose
 * addresses (RFC 6890): the machine itself, private networks, metadata services of clouds and the like.
 * An IPv6 address that carries an IPv4 one is judged by that, too.
 */
import ipaddr from 'ipaddr.js';

/** An address without brackets; the zone after % names an interface of this machine and is dropped. */
export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

const WORDS: Readonly<Record<string, string>> = {
  loopback: 'this machine itself',
  unspecified: 'this machine itself',
  private: 'a private network',
  uniqueLocal: 'a private network',
  deprecatedSiteLocal: 'a private network',
  linkLocal: 'a link-local address',
  carrierGradeNat: 'an address behind the NAT of a carrier',
  multicast: 'a multicast address',
  broadcast: 'a broadcast address',
};
const METADATA = 'the metadata service of a cloud';

/** Azure's is a public address; the others lie in private and link-local ranges. */
const METADATA_ADDRESSES: readonly string[] = ['169.254.169.254', '169.254.170.2', '100.100.100.200', '168.63.129.16', '192.0.0.192', 'fd00:ec2::254'];

/** The only addresses of IPv6 that are given out (RFC 4291, section 2.4); some others are translated to IPv4. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** NAT64 (RFC 6052): on networks that have IPv6 only, DNS answers so for servers that have IPv4 only. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** @returns undefined if the text is no address in its usual spelling; `::ffff:` gives the IPv4 address */
export function parseAddress(text: string): IpAddress | undefined {
  const plain = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  return ipaddr.IPv4.isValidFourPartDecimal(plain) || ipaddr.IPv6.isValid(plain) ? ipaddr.process(plain) : undefined;
}

/** What a special address is, such as "a private network"; undefined for one of the public internet. */
export function specialKind(address: IpAddress): string | undefined {
  if (METADATA_ADDRESSES.some((each) => ipaddr.parse(each).toNormalizedString() === address.toNormalizedString())) return METADATA;
  const range = address.range();
  if (address instanceof ipaddr.IPv4) return range === 'unicast' ? undefined : WORDS[range] ?? 'a reserved address';
  if (address.match(NAT64)) return specialKind(new ipaddr.IPv4(address.toByteArray().slice(12)));
  // 6to4, Teredo and the rest that can carry IPv4 addresses are no places of radio servers any more.
  return range === 'unicast' && address.match(GLOBAL_UNICAST) ? undefined : WORDS[range] ?? 'a reserved address';
}
