/** Who can load the widget from this server, and which pages may connect. */

const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Why visitors of other computers or sites can't load the widget from this address; empty if they can. */
export function accessWarning(server: URL): string {
  if (LOCAL.test(server.hostname)) return `${server.host} works only on this computer. For other visitors, open this page at the server’s public address.`;
  if (server.protocol === 'http:') return 'This server uses http: https pages can’t load from it. Put a TLS proxy in front of it.';
  return '';
}

/** What a page's content security policy must allow, if it has one. */
export function contentSecurityPolicy({ origin }: URL): string {
  return `script-src ${origin}; connect-src ${origin} ${origin.replace(/^http/, 'ws')}`;
}

/** Origin of a typed page address or host name; undefined if it is neither. */
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

/** The server's flag with this origin added. */
export function allowedOriginsFlag(allowedOrigins: readonly string[], origin: string): string {
  return `--allowed-origins ${[...allowedOrigins, origin].join(',')}`;
}
