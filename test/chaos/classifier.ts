/**
 * The classifier of servers under chaos and soak: the fake one for the fake model, else the real one. Its shard can be
 * killed alone, by the id of its thread, and tells its use of memory.
 */
import { BroadcastChannel, threadId } from 'node:worker_threads';
import { writeHeapSnapshot } from 'node:v8';
import type { Bundle } from '../../models/model-folder.js';
import type { Backend } from '../../models/tensorflow/backend.js';
import { startClassifier as startReal, type StartedClassifier } from '../../server/shards/classifier.js';
import { FAKE_BUNDLE, FakeClassifier } from '../server/fake-classifier.js';
import { threadMemory, type ThreadMemory } from './thread-memory.js';

export const KILL_ONE_CHANNEL = 'livegenre-chaos-kill';
export const MEMORY_CHANNEL = 'livegenre-chaos-memory';

/** Asks every thread with this classifier. */
export interface MemoryQuestion {
  readonly question: number;
  /** Where to write a heap snapshot, if one is wanted; the thread's id is added. */
  readonly snapshot?: string | undefined;
}

export interface MemoryAnswer {
  readonly answer: number;
  readonly memory: ThreadMemory;
}

export async function startClassifier(bundle: Bundle, wanted?: Backend): Promise<StartedClassifier> {
  const kill = new BroadcastChannel(KILL_ONE_CHANNEL);
  kill.onmessage = ({ data }: { data: unknown }) => {
    if (data === threadId) process.exit(7);
  };
  const memory = new BroadcastChannel(MEMORY_CHANNEL);
  memory.onmessage = ({ data }: { data: unknown }) => {
    const { question, snapshot } = data as Partial<MemoryQuestion>;
    if (question === undefined) return; // the answer of another thread
    if (snapshot !== undefined) writeHeapSnapshot(`${snapshot}-thread-${threadId}.heapsnapshot`);
    memory.postMessage({ answer: question, memory: threadMemory() } satisfies MemoryAnswer);
  };
  if (bundle.manifest.name !== FAKE_BUNDLE.manifest.name) return startReal(bundle, wanted);
  return { classifier: new FakeClassifier(), backend: 'wasm' };
}
