/** The server that commands talk to, and the token for it, as options; and JSON requests to it. */
import { withoutCredentials } from '../../client/sdk/node.js';
import { text, type OptionType } from '../../models/command-line.js';

const DEFAULT_URL = 'ws://127.0.0.1:8080';

/** The address of a server. */
export const SERVER_ADDRESS: OptionType = {
  read(value) {
    if (!URL.canParse(value) || !/^(wss?|https?):$/.test(new URL(value).protocol)) throw new Error(`an address such as ${DEFAULT_URL}, with ws, wss, http or https`);
    return value;
  },
};

/** The same; a server on this machine unless given. */
export const SERVER_URL: OptionType = { ...SERVER_ADDRESS, default: DEFAULT_URL };

/** A token for that server. In the environment it stays out of the list of processes. */
export const TOKEN_OPTION: readonly [flag: string, description: string, type: OptionType] = ['--token <token>', 'An API token of the server (LIVEGENRE_TOKEN)', text()];

export function tokenOf({ token }: { readonly token?: string }): string | undefined {
  return token ?? (process.env['LIVEGENRE_TOKEN'] || undefined);
}

/** Sends a request. @throws Error with the server's sentence, or that it can't be reached */
export type Server = (method: string, path: string, body?: object) => Promise<unknown>;

export function serverAt(url: string, token: string | undefined): Server {
  const { url: address, headers } = withoutCredentials(url);
  const base = new URL(`${address.replace(/^ws/, 'http').replace(/\/$/, '')}/`);
  return async (method, path, body) => {
    let response: Response;
    try {
      response = await fetch(new URL(path, base), {
        method,
        headers: { ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }), ...(body && { 'Content-Type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const { message, cause } = error as Error;
      throw new Error(`The server at ${base.href} can't be reached (${cause instanceof Error ? cause.message : message}); check that it runs and the address is right.`);
    }
    const answer = await response.json().catch(() => ({})) as { detail?: string };
    if (!response.ok) throw new Error(answer.detail ?? `The server answered with ${response.status}.`);
    return answer;
  };
}
