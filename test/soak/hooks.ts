/** A receiver of webhooks that mostly accepts, sometimes fails, hangs up, is slow or wants no more. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../../models/random.js';

const SLOW_MS = 2000;

export interface Hooks {
  /** An address of its own for each caller. */
  address(): string;
  close(): Promise<void>;
}

/** @param onAccepted called for each delivery that is accepted */
export async function startHooks(random: Random, onAccepted: () => void): Promise<Hooks> {
  const server = createServer((request, response) => {
    request.resume();
    const luck = random.next();
    if (luck < 0.03) return void request.socket.destroy();
    if (luck < 0.1) return void response.writeHead(500).end();
    if (luck < 0.12) return void response.writeHead(410).end();
    if (luck < 0.14) return void setTimeout(() => response.writeHead(204).end(), SLOW_MS);
    onAccepted();
    response.writeHead(204).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  let addresses = 0;
  return {
    address: () => `http://127.0.0.1:${port}/hook/${++addresses}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
