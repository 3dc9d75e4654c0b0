/** `livegenre/client` in Node: the SDK with `ws`, which reports why an upgrade was refused. */
import { WebSocket } from 'ws';
import { preferSocket, type SocketConstructor } from './socket.js';

preferSocket(WebSocket as unknown as SocketConstructor);

export * from './index.js';
