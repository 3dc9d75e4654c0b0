/** Why the server can't listen on its host and port: the reason and advice. */
import type { Settings } from './settings.js';

export interface ListenRefusal {
  readonly found: string;
  /** What to do. */
  readonly advice: string;
}

/** @returns undefined for other errors */
export function listenRefusal({ code, syscall }: NodeJS.ErrnoException, { host, port }: Pick<Settings, 'host' | 'port'>): ListenRefusal | undefined {
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return undefined;
  switch (code) {
    case 'EADDRINUSE': return { found: `Port ${port} on ${host} is taken by another program.`, advice: 'Choose another with --port.' };
    case 'EACCES': return { found: `This user may not listen on port ${port} of ${host}.`, advice: 'Choose one above 1023 with --port.' };
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND': return { found: `${host} is not an address of this machine.`, advice: 'Choose another with --host.' };
    default: return undefined;
  }
}
