/** The worker's side of `measure-clips.ts`: measures the clips of one recording, posts the numbers and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { clipStatistics } from '../../dsp/descriptors/clip-statistics.js';
import { CLIP_RATE, clipsOf, type ClipRows } from './clips.js';

if (!parentPort) throw new Error('server/data-packs/clip-worker.ts runs in a worker thread; measureClips starts it.');
const { whole, pieces } = clipsOf(workerData as Float32Array);
const rows: ClipRows = { whole: clipStatistics(whole, CLIP_RATE), pieces: pieces.map((piece) => clipStatistics(piece, CLIP_RATE)) };
parentPort.postMessage(rows);
