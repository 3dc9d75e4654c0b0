/**
 * Cookies of one connection to a station (RFC 6265): some servers redirect until theirs comes back,
 * and CDNs give out the permission for HLS segments as one. They live as long as the connection.
 */

/** Beyond these a cookie is ignored; both are what RFC 6265 (section 6.1) asks of clients. */
const MAX_COOKIES = 50;
const MAX_COOKIE_CHARS = 4096;

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  /** Whether hosts below `host` get it, too. */
  readonly hasSubdomains: boolean;
  readonly path: string;
  readonly isSecure: boolean;
  /** ms since 1970 */
  readonly expiresAt: number;
}

export class Cookies {
  /** By name, host and path; those that were set first come first. */
  readonly #all = new Map<string, Cookie>();

  /** @param lines the values of `Set-Cookie` in a response from `url` */
  store(url: URL, lines: readonly string[] = [], nowMs: number = Date.now()): void {
    for (const line of lines) {
      const cookie = line.length <= MAX_COOKIE_CHARS ? readCookie(url, line, nowMs) : undefined;
      if (!cookie) continue;
      const key = [cookie.name, cookie.host, cookie.path].join('\n');
      this.#all.delete(key);
      if (cookie.expiresAt > nowMs && this.#all.size < MAX_COOKIES) this.#all.set(key, cookie);
    }
  }

  /** @returns the value of `Cookie` for a request to `url`; undefined if there is none */
  for(url: URL, nowMs: number = Date.now()): string | undefined {
    const sent = [...this.#all.values()].filter((cookie) => {
      const { host, hasSubdomains, path, isSecure, expiresAt } = cookie;
      return (url.hostname === host || (hasSubdomains && url.hostname.endsWith(`.${host}`)))
        && (url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
        && (!isSecure || url.protocol === 'https:') && expiresAt > nowMs;
    });
    // Longer paths come first (section 5.4).
    sent.sort((a, b) => b.path.length - a.path.length);
    return sent.length > 0 ? sent.map(({ name, value }) => `${name}=${value}`).join('; ') : undefined;
  }
}

function readCookie(url: URL, line: string, nowMs: number): Cookie | undefined {
  const [pair = '', ...rest] = line.split(';');
  const equals = pair.indexOf('=');
  const name = pair.slice(0, equals).trim();
  if (equals < 1 || name === '') return undefined;
  const attributes = new Map(rest.map((part) => {
    const [key = '', ...value] = part.split('=');
    return [key.trim().toLowerCase(), value.join('=').trim()] as const;
  }));
  const domain = (attributes.get('domain') ?? '').replace(/^\./, '').toLowerCase();
  // A domain is valid only if it contains the host; one without a dot would be a whole top-level domain.
  const isOfDomain = domain.includes('.') && url.hostname.endsWith(`.${domain}`);
  if (domain !== '' && domain !== url.hostname && !isOfDomain) return undefined;
  const path = attributes.get('path') ?? '';
  const maxAge = attributes.get('max-age') ?? '';
  const expires = Date.parse(attributes.get('expires') ?? '');
  return {
    name,
    value: pair.slice(equals + 1).trim(),
    host: isOfDomain ? domain : url.hostname,
    hasSubdomains: isOfDomain,
    path: path.startsWith('/') ? path : url.pathname.slice(0, Math.max(1, url.pathname.lastIndexOf('/'))),
    isSecure: attributes.has('secure'),
    expiresAt: /^-?\d+$/.test(maxAge) ? nowMs + 1000 * Number(maxAge) : Number.isNaN(expires) ? Infinity : expires,
  };
}
