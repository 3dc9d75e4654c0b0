/** Whether the server can listen on the configured host and port: listens, then closes at once. */
import { createServer } from 'node:net';
import { isBlockedByFetch } from '../network/blocked-ports.js';
import { listenRefusal } from '../listen-refusal.js';
import type { Settings } from '../settings.js';
import { note, ok, problem, reasonOf, type Finding } from './finding.js';

const ASK_TIMEOUT_MS = 5000;

export async function checkPort({ host, port }: Pick<Settings, 'host' | 'port'>): Promise<Finding> {
  const facts = { host, port };
  try {
    await listenOnce(host, port);
    if (isBlockedByFetch(String(port))) return note(`${port} on ${host} is free, but browsers open no pages on it`, 'Choose another --port: the Fetch standard blocks this one (https://fetch.spec.whatwg.org/#port-blocking).', { ...facts, isFree: true });
    return ok(port === 0 ? `any free port on ${host}` : `${port} on ${host} is free`, { ...facts, isFree: true });
  } catch (error) {
    const refusal = listenRefusal(error as NodeJS.ErrnoException, { host, port });
    const taken = { ...facts, isFree: false };
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE' && await isLivegenre(host, port)) {
      return note(`livegenre itself runs on port ${port} of ${host}`, 'A second server needs another --port.', taken);
    }
    return problem(refusal?.found ?? `${host} and port ${port} can't be listened on: ${reasonOf(error)}.`, refusal?.advice ?? 'Choose others with --host and --port.', taken);
  }
}

function listenOnce(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });
}

/** Recognises livegenre by the title of its API document. */
async function isLivegenre(host: string, port: number): Promise<boolean> {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  try {
    const response = await fetch(`http://${name}:${port}/openapi.json`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    const { info } = await response.json() as { info?: { title?: unknown } };
    return info?.title === 'livegenre';
  } catch {
    // Another program is listening.
    return false;
  }
}
