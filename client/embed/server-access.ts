/** Who can load the widget from this server, which pages may connect, and when visitors need a token for it. */
import type { Access } from '../dashboard/api.js';

const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Why visitors of other computers or sites can't load the widget from this address; empty if they can. */
export function accessWarning(server: URL): string {
  if (LOCAL.test(server.hostname)) return `${server.host} works only on this computer. For other visitors, open this page at the server’s public address.`;
  if (server.protocol === 'http:') return 'This server uses http: https pages can’t load from it. Put a TLS proxy in front of it.';
  return '';
}

/**
 * The role that a visitor's token needs to see the widget; undefined if none is needed.
 * @param everybody what visitors without a token may do
 * @param stream null for the visitor's microphone
 */
export function neededRole(everybody: Access, stream: string | null): 'view' | 'send' | undefined {
  if (stream === null) return everybody === 'send' || everybody === 'manage' ? undefined : 'send';
  return everybody === 'none' ? 'view' : undefined;
}

/** How a page's own server gets a token for a visitor, as a command. */
export function tokenCommand(server: string, role: 'view' | 'send', stream: string | null, origin: string): string {
  const body = { role, ...(stream !== null && { stations: [stream] }), origins: [origin] };
  return `curl -X POST ${server}v1/tokens/signed -H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
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
