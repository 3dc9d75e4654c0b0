/**
 * Credentials in a server's address, for Node: `ws` sends them as they are escaped, and `fetch` refuses them.
 * Read as `server/network/address.ts` reads them; browsers do it themselves.
 */

export interface PlainAddress {
  /** The address without its credentials, which may be shown. */
  readonly url: string;
  /** What carries them (RFC 7617); empty if there are none. */
  readonly headers: Readonly<Record<string, string>>;
}

export function withoutCredentials(address: string | URL): PlainAddress {
  const url = new URL(address);
  const { username, password } = url;
  url.username = url.password = '';
  if (username === '' && password === '') return { url: url.href, headers: {} };
  return { url: url.href, headers: { authorization: `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}` } };
}

/** A % that begins no escape, or none of UTF-8, stands for itself. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
