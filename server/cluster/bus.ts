/**
 * Texts between the nodes over core NATS: the newest counts and nothing is kept. What is published while
 * NATS is away is dropped here, since the client would send it later, when it means something else.
 */
import type { NatsConnection } from '@nats-io/transport-node';
import { Subject, type Observable } from 'rxjs';
import type { Log } from '../log.js';

export interface BusMessage {
  readonly subject: string;
  readonly text: string;
  /** Nobody listens to the subject of a message whose answers should come here. */
  readonly isNobody: boolean;
  /** To where the message asks for answers, if it does. */
  answer(text: string): void;
}

export interface Bus {
  readonly isConnected: boolean;
  /** Hot: the connection was lost, or is back. */
  readonly connected$: Observable<boolean>;
  /** Messages that were ignored, as they were too long or of no known shape. */
  readonly ignored: number;
  /** Counts a message that can not be used. */
  ignore(subject: string): void;
  /** @param answers subject to which answers go */
  publish(subject: string, text: string, answers?: string): void;
  /** @returns the function that ends it */
  subscribe(subject: string, hear: (message: BusMessage) => void): () => void;
}

/** What the server of NATS answers itself. */
const NO_RESPONDERS = 503;
/** Half of what NATS takes unless it is told otherwise. */
export const MAX_BUS_BYTES = 512 * 1024;

export class NatsBus implements Bus {
  readonly connected$: Observable<boolean>;
  readonly #connected = new Subject<boolean>();
  readonly #connection: NatsConnection;
  readonly #log: Log;
  #isConnected = true;
  #ignored = 0;

  /** @param connection not closed here */
  constructor(connection: NatsConnection, log: Log) {
    this.#connection = connection;
    this.#log = log;
    this.connected$ = this.#connected;
    void this.#follow();
  }

  get isConnected(): boolean {
    return this.#isConnected && !this.#connection.isClosed();
  }

  get ignored(): number {
    return this.#ignored;
  }

  ignore(subject: string): void {
    if (this.#ignored++ === 0) this.#log.warn('a message of NATS was ignored, as it is none of a node of this version; more are only counted', { subject });
  }

  publish(subject: string, text: string, answers?: string): void {
    if (!this.isConnected) return;
    const bytes = Buffer.from(text);
    if (bytes.length <= MAX_BUS_BYTES) this.#connection.publish(subject, bytes, answers === undefined ? undefined : { reply: answers });
    else this.#log.warn('a message is too long for the other nodes', { subject, bytes: bytes.length });
  }

  subscribe(subject: string, hear: (message: BusMessage) => void): () => void {
    const subscription = this.#connection.subscribe(subject, { callback: (error, message) => {
      if (error) return;
      const { subject: to, data, headers, reply } = message;
      if (data.length > MAX_BUS_BYTES) return this.ignore(to);
      hear({
        subject: to,
        text: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString(),
        isNobody: headers?.code === NO_RESPONDERS,
        answer: (text) => {
          if (reply) this.publish(reply, text);
        },
      });
    } });
    return () => subscription.unsubscribe();
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue;
      this.#isConnected = type === 'reconnect';
      this.#connected.next(this.#isConnected);
    }
  }
}
