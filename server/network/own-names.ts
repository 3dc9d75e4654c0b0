/**
 * The names that this server goes by. A page that makes its own name resolve to this machine (DNS
 * rebinding) counts as a page of this server for a browser, but its requests carry the page's name as
 * Host. Addresses in digits are nobody's name, so each of them is allowed.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';

export interface OwnNames {
  /** The address or name that it listens on. */
  readonly host: string;
  /** Addresses under which people open it. */
  readonly publicUrl: readonly string[];
}

/** @returns whether a Host header names this server; one that is missing does, since browsers always send it */
export function ownNames({ host, publicUrl }: OwnNames, machine: string = hostname()): (header: string | undefined) => boolean {
  const names = new Set(['localhost', machine, `${machine}.local`, host, ...publicUrl.map((url) => new URL(url).hostname)].map(plain));
  return (header) => {
    if (header === undefined) return true;
    const name = nameOf(header);
    return name !== undefined && (isIP(name) !== 0 || names.has(name));
  };
}

/** The host of a Host header, as `URL` spells it; undefined if it is none. */
function nameOf(header: string): string | undefined {
  return /^[^\s/?#@\\]+$/.test(header) && URL.canParse(`http://${header}`) ? plain(new URL(`http://${header}`).hostname) : undefined;
}

const plain = (name: string): string => name.toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, '');
