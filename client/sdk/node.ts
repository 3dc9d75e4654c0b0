/**
 * `livegenre/client` in Node: the SDK with `ws`, which reports why an upgrade was refused, and with a token, or the user
 * name and password of an address, as a header.
 */
import { WebSocket } from 'ws';
import { withoutCredentials } from './credentials.js';
import { preferSocket, type SocketConstructor } from './socket.js';

const TOKEN = 'livegenre.token.';

class NodeSocket extends WebSocket {
  constructor(address: string, protocols?: string | string[]) {
    const { url, headers } = withoutCredentials(address);
    const offered = [protocols ?? []].flat();
    const token = offered.find((each) => each.startsWith(TOKEN))?.slice(TOKEN.length);
    super(url, offered.filter((each) => !each.startsWith(TOKEN)), { headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) } });
  }
}

preferSocket(NodeSocket as unknown as SocketConstructor);

export * from './index.js';
export { LocalClassifier } from '../device/node.js';
export { withoutCredentials, type PlainAddress } from './credentials.js';
