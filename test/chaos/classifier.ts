/** The fake classifier in a shard that can be killed alone: by the id of its thread. */
import { BroadcastChannel, threadId } from 'node:worker_threads';
import type { StartedClassifier } from '../../server/shards/classifier.js';
import { FakeClassifier } from '../server/fake-classifier.js';

export const KILL_ONE_CHANNEL = 'livegenre-chaos-kill';

export async function startClassifier(): Promise<StartedClassifier> {
  const channel = new BroadcastChannel(KILL_ONE_CHANNEL);
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (data === threadId) process.exit(7);
  };
  return { classifier: new FakeClassifier(), backend: 'wasm' };
}
