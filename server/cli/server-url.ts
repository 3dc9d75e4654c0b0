/** The server that `send` and `watch` talk to, and the token for it, as options. */
import { text, type OptionType } from '../../models/command-line.js';

const DEFAULT_URL = 'ws://127.0.0.1:8080';

export const SERVER_URL: OptionType = {
  default: DEFAULT_URL,
  read(value) {
    if (!URL.canParse(value) || !/^(wss?|https?):$/.test(new URL(value).protocol)) throw new Error(`an address such as ${DEFAULT_URL}, with ws, wss, http or https`);
    return value;
  },
};

/** A token for that server. In the environment it stays out of the list of processes. */
export const TOKEN_OPTION: readonly [flag: string, description: string, type: OptionType] = ['--token <token>', 'An API token of the server (LIVEGENRE_TOKEN)', text()];

export function tokenOf({ token }: { readonly token?: string }): string | undefined {
  return token ?? (process.env['LIVEGENRE_TOKEN'] || undefined);
}
