/**
 * Lists the keys of a NATS key-value bucket with JetStream's own requests
 * (https://docs.nats.io/reference/reference-protocols/nats_api_reference). `keys()` of @nats-io/kv leaves the
 * consumer that it reads with on the server for five minutes, and the server asks each of them about each message:
 * listing every second took four times the CPU of nats-server after some minutes. This deletes it at once.
 */
import type { Msg, NatsConnection } from '@nats-io/transport-node';

/** After this time the server deletes a consumer that was left, ns. */
const INACTIVE_NS = 5e9;
const FORGOTTEN: readonly string[] = ['DEL', 'PURGE'];
/** Status lines of a request for messages: there are none left, or no more in time. */
const ENDED: readonly number[] = [404, 408];

export interface Listed {
  readonly key: string;
  /** Empty without `withValues`. */
  readonly value: string;
}

interface Answer {
  readonly name?: string;
  readonly num_pending?: number;
  readonly error?: { readonly code: number; readonly description: string };
}

/**
 * @param filter of keys, such as `station.>`
 * @throws Error with the server's reason, and when it does not answer in time
 */
export async function listKeys(connection: NatsConnection, bucket: string, filter: string, { withValues = false, answerMs }: { readonly withValues?: boolean; readonly answerMs: number }): Promise<Listed[]> {
  const stream = `KV_${bucket}`;
  const prefix = `$KV.${bucket}.`;
  const ask = async (subject: string, body: unknown): Promise<Answer> => (await connection.request(subject, JSON.stringify(body), { timeout: answerMs })).json<Answer>();
  const { name, num_pending: count = 0, error } = await ask(`$JS.API.CONSUMER.CREATE.${stream}`, {
    stream_name: stream,
    config: { deliver_policy: 'last_per_subject', ack_policy: 'none', filter_subject: prefix + filter, headers_only: !withValues, mem_storage: true, num_replicas: 1, inactive_threshold: INACTIVE_NS },
  });
  if (error || name === undefined) throw new Error(`NATS can not list the keys of ${bucket}: ${error?.description ?? 'it names no consumer'}`);
  try {
    return count === 0 ? [] : (await next(connection, `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, count, answerMs))
      .filter(({ headers }) => !FORGOTTEN.includes(headers?.get('KV-Operation') ?? ''))
      .map((message) => ({ key: message.subject.slice(prefix.length), value: message.string() }));
  } finally {
    connection.publish(`$JS.API.CONSUMER.DELETE.${stream}.${name}`);
  }
}

/** The next messages of a consumer, at most `count`: those that expired meanwhile are not there. */
async function next(connection: NatsConnection, subject: string, count: number, answerMs: number): Promise<Msg[]> {
  const { createInbox } = await import('@nats-io/transport-node');
  const reply = createInbox();
  return new Promise((resolve, reject) => {
    const messages: Msg[] = [];
    const timeout = setTimeout(() => end(new Error(`NATS did not answer within ${answerMs} ms`)), answerMs);
    const end = (error?: Error): void => {
      clearTimeout(timeout);
      subscription.unsubscribe();
      if (error) reject(error);
      else resolve(messages);
    };
    const subscription = connection.subscribe(reply, { callback: (error, message) => {
      if (error) return end(error);
      const status = message.headers?.code ?? 0;
      if (ENDED.includes(status)) return end();
      if (status >= 400) return end(new Error(`NATS answered ${status} ${message.headers!.description}`));
      messages.push(message);
      if (messages.length === count) end();
    } });
    connection.publish(subject, JSON.stringify({ batch: count, no_wait: true }), { reply });
  });
}
