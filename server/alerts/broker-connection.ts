/**
 * Connections to MQTT brokers through the guard, over TCP, TLS and WebSockets. The library's own open
 * sockets without a checked lookup, and take a SOCKS proxy from the environment.
 */
import type { IClientOptions, StreamBuilder } from 'mqtt';
import { createWebSocketStream, WebSocket } from 'ws';
import type { Guard, Place } from '../network/guard/guard.js';

const PORTS: Readonly<Record<string, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };
const SUBPROTOCOL = 'mqtt';

/** @returns what the library calls at each attempt to connect */
export function brokerConnection(guard: Guard, { protocol = 'mqtt', host = '', port = PORTS[protocol] ?? 1883, path = '/' }: IClientOptions): StreamBuilder {
  switch (protocol) {
    case 'ws':
    case 'wss': {
      const createConnection = (place: Place) => (protocol === 'wss' ? guard.connectSecurely(place) : guard.connect(place));
      return () => {
        const socket = new WebSocket(`${protocol}://${host}:${port}${path}`, [SUBPROTOCOL], { createConnection } as object);
        const stream = createWebSocketStream(socket);
        socket.on('close', () => stream.destroy());
        return stream;
      };
    }
    case 'mqtts': return () => guard.connectSecurely({ host, port });
    default: return () => guard.connect({ host, port });
  }
}
