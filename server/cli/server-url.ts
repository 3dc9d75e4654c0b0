/** The server that `send` and `watch` talk to, as an option. */
import type { OptionType } from '../../models/command-line.js';

const DEFAULT_URL = 'ws://127.0.0.1:8080';

export const SERVER_URL: OptionType = {
  default: DEFAULT_URL,
  read(value) {
    if (!URL.canParse(value) || !/^(wss?|https?):$/.test(new URL(value).protocol)) throw new Error(`an address such as ${DEFAULT_URL}, with ws, wss, http or https`);
    return value;
  },
};
