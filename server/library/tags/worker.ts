/** A thread for node-taglib-sharp, which reads and writes synchronously. `editor.ts` starts it. */
import { parentPort } from 'node:worker_threads';
import type { Fields } from './fields.js';
import type { TagKind } from './kinds.js';
import { readFields, writeFields } from './write.js';

export type EditRequest = { readonly path: string; readonly kind: TagKind } & ({ readonly write: Fields } | { readonly write?: undefined });

export type EditAnswer = { readonly fields: Fields } | { readonly error: string };

if (!parentPort) throw new Error('server/library/tags/worker.ts runs in a worker thread; start it with TagEditor.');
const port = parentPort;
port.on('message', ({ path, kind, write }: EditRequest) => {
  let answer: EditAnswer;
  try {
    if (write) writeFields(path, kind, write);
    answer = { fields: write ?? readFields(path, kind) };
  } catch (error) {
    answer = { error: (error as Error).message };
  }
  port.postMessage(answer);
});
