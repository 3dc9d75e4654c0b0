/** One connection to NATS, for all that a node asks and tells. It is made anew for as long as the node runs. */
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import type { Log } from '../log.js';
import { credentialsOf } from '../network/address.js';

const RECONNECT_EVERY_MS = 250;
/** A server that just starts takes connections before it answers: better try again soon. */
const CONNECT_MS = 1500;
const PING_EVERY_MS = 5000;

/**
 * @param addresses of the servers of one cluster, such as `nats://user:password@host:4222`
 * @throws Error with the reason, without the password
 */
export async function connectToNats(addresses: readonly string[], node: string, log: Log): Promise<NatsConnection> {
  const { connect } = await import('@nats-io/transport-node');
  const urls = addresses.map((each) => new URL(each));
  const credentials = urls.map(credentialsOf).find((each) => each !== undefined);
  const options: ConnectionOptions = {
    servers: urls.map(({ host }) => host),
    name: `livegenre ${node}`,
    // A name alone is a token of NATS.
    ...(credentials && (credentials.password === '' ? { token: credentials.username } : { user: credentials.username, pass: credentials.password })),
    ...(urls.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_EVERY_MS,
    reconnectJitter: RECONNECT_EVERY_MS,
    timeout: CONNECT_MS,
    pingInterval: PING_EVERY_MS,
  };
  let connection: NatsConnection;
  try {
    connection = await connect(options);
  } catch (error) {
    throw new Error(`NATS at ${urls.map(({ host }) => host).join(', ')} can not be reached: ${(error as Error).message}.`);
  }
  void follow(connection, log);
  return connection;
}

async function follow(connection: NatsConnection, log: Log): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') log.warn('NATS is away');
    else if (status.type === 'reconnect') log.info('NATS is back', { server: status.server });
    else if (status.type === 'error') log.warn('NATS reports an error', { reason: String(status.error) });
  }
}
