/** All targets. Each loads only the modules that it needs; those that need files or a server are made when they are run. */
import type { Target } from '../fuzz.js';

const containers = () => import('./containers.js');
const folders = () => import('./folders.js');
const requests = () => import('./requests.js');
const sound = () => import('./sound.js');
const stations = () => import('./stations.js');

export const TARGETS: ReadonlyMap<string, () => Promise<Target>> = new Map<string, () => Promise<Target>>([
  ['messages', async () => (await import('./messages.js')).messages],
  ['pcm', async () => (await sound()).pcm], ['pipe', async () => (await sound()).pipes], ['opus', async () => (await sound()).opus], ['wav', async () => (await sound()).wav],
  ['ogg', async () => (await containers()).ogg], ['frames', async () => (await containers()).frames], ['extents', async () => (await containers()).extents],
  ['icy', async () => (await stations()).icy], ['titles', async () => (await stations()).titles], ['heads', async () => (await stations()).heads], ['playlists', async () => (await stations()).playlists], ['hls', async () => (await stations()).hls],
  ['forms', async () => (await requests()).forms], ['requests', async () => (await requests()).requests()], ['sockets', async () => (await import('./sockets.js')).sockets()],
  ['model', async () => (await folders()).model()], ['pack', async () => (await folders()).pack()], ['npy', async () => (await folders()).npy()],
]);

/** How much longer a case takes than one of the others; 1 where it is not named. */
export const COSTS: Readonly<Record<string, number>> = { pipe: 30, opus: 3, extents: 2, hls: 2, sockets: 20, requests: 20, model: 4, pack: 3, npy: 3 };
