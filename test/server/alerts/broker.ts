/** An MQTT broker in the test process, and a subscriber to all topics. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Aedes, type AuthenticateHandler } from 'aedes';
import { connectAsync, type MqttClient } from 'mqtt';

export interface Broker {
  readonly url: string;
  readonly port: number;
  /** Retained payloads by topic. */
  retained(): Promise<Record<string, string>>;
  /** Closes all connections, like a broker that dies. */
  close(): Promise<void>;
}

export async function startBroker({ port = 0, authenticate }: { port?: number; authenticate?: AuthenticateHandler } = {}): Promise<Broker> {
  const aedes = await Aedes.createBroker(authenticate ? { authenticate } : {});
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Some tests cut connections on purpose.
    socket.on('error', () => {});
    aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const taken = (server.address() as AddressInfo).port;
  return {
    url: `mqtt://127.0.0.1:${taken}`,
    port: taken,
    async retained() {
      const listener = await listen(`mqtt://127.0.0.1:${taken}`);
      // The broker sends retained messages before those published after the subscription.
      await listener.client.publishAsync('marker', '', { qos: 1 });
      await listener.until(({ topic }) => topic === 'marker');
      await listener.close();
      return Object.fromEntries(listener.messages.filter(({ isRetained }) => isRetained).map(({ topic, text }) => [topic, text]));
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export interface Message {
  readonly topic: string;
  readonly text: string;
  readonly isRetained: boolean;
}

export interface Listener {
  readonly client: MqttClient;
  readonly messages: readonly Message[];
  /** Resolves with the first message that fits; earlier ones count. */
  until(fits: (message: Message) => boolean): Promise<Message>;
  close(): Promise<void>;
}

export async function listen(url: string): Promise<Listener> {
  const client = await connectAsync(url);
  const messages: Message[] = [];
  const looks = new Set<() => void>();
  client.on('message', (topic, payload, { retain }) => {
    messages.push({ topic, text: payload.toString('utf8'), isRetained: retain });
    for (const look of looks) look();
  });
  await client.subscribeAsync('#', { qos: 1 });
  return {
    client,
    messages,
    until: (fits) => new Promise((resolve) => {
      const look = (): void => {
        const found = messages.find(fits);
        if (!found) return;
        looks.delete(look);
        resolve(found);
      };
      looks.add(look);
      look();
    }),
    close: () => client.endAsync(true),
  };
}
