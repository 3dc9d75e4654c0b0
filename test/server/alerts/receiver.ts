/** A webhook receiver: a real HTTP server that records requests and answers as the test sets. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly type: string;
}

export type Answer = (response: ServerResponse, received: Received) => void;

export interface Receiver {
  readonly url: string;
  readonly got: readonly Received[];
  /** The answer to further requests. */
  answer: Answer;
  /** Resolves when it has received so many requests in all. */
  untilGot(count: number): Promise<void>;
  close(): Promise<void>;
}

export const status = (code: number, headers: Record<string, string> = {}): Answer => (response) => response.writeHead(code, headers).end();

export async function receive(answer: Answer = status(204)): Promise<Receiver> {
  const got: Received[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => void take(request, response));
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const received = { headers: request.headers, body, type: (JSON.parse(body) as { type: string }).type };
    got.push(received);
    receiver.answer(response, received);
    for (const look of waiting) look();
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got,
    answer,
    untilGot: (count) => new Promise((resolve) => {
      const look = (): void => {
        if (got.length < count) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    }),
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
  return receiver;
}
