/** Who can load the widget from this server, and from which pages it may connect. */

const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** What stands in the way of readers elsewhere; empty where nothing does. */
export function obstacle(server: URL): string {
  if (LOCAL.test(server.hostname)) return `${server.host} is this computer alone. For readers elsewhere, open this page by the address they reach the server at.`;
  if (server.protocol === 'http:') return 'This server is reached over http: pages of https can’t load from it. Put a proxy with TLS before it.';
  return '';
}

/** What a page's own content policy must let through, where it has one. */
export function policy({ origin }: URL): string {
  return `script-src ${origin}; connect-src ${origin} ${origin.replace(/^http/, 'ws')}`;
}

/** The origin of what somebody typed: a page's address, or only a name. Undefined where it is none. */
export function originOf(typed: string): string | undefined {
  const text = typed.trim();
  const address = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (text === '' || /\s/.test(text) || !URL.canParse(address)) return undefined;
  const { origin, protocol } = new URL(address);
  return /^https?:$/.test(protocol) ? origin : undefined;
}

export function isAllowed(origin: string, allowedOrigins: readonly string[], own: string): boolean {
  return origin === own || allowedOrigins.includes('*') || allowedOrigins.includes(origin);
}

/** The server's flag with an origin more. */
export function flagFor(allowedOrigins: readonly string[], origin: string): string {
  return `--allowed-origins ${[...allowedOrigins, origin].join(',')}`;
}
