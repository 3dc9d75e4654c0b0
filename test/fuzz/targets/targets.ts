/** All targets. Those that need files or a server are made when they are run. */
import type { Target } from '../fuzz.js';
import { extents, frames, ogg } from './containers.js';
import { model, npy, pack } from './folders.js';
import { messages } from './messages.js';
import { forms, requests } from './requests.js';
import { sockets } from './sockets.js';
import { opus, pcm, pipes, wav } from './sound.js';
import { heads, hls, icy, playlists, titles } from './stations.js';

export const TARGETS: ReadonlyMap<string, () => Target | Promise<Target>> = new Map<string, () => Target | Promise<Target>>([
  ...[messages, pcm, pipes, opus, wav, ogg, frames, extents, icy, titles, heads, playlists, hls, forms].map((target) => [target.name, () => target] as const),
  ['sockets', sockets], ['requests', requests], ['model', model], ['pack', pack], ['npy', npy],
]);

/** How much longer a case takes than one of the others; 1 where it is not named. */
export const COSTS: Readonly<Record<string, number>> = { pipe: 30, opus: 3, extents: 2, hls: 2, sockets: 20, requests: 20, model: 4, pack: 3, npy: 3 };
