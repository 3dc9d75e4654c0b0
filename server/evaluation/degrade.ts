/** Audio degradations by name; deterministic for a seed. */
import { Random } from '../../models/random.js';
import { SettingError } from '../settings.js';
import { findFfmpeg } from '../sources/ffmpeg.js';
import { amRadio } from './degradations/am-radio.js';
import { throughCodec } from './degradations/codec.js';
import { reduceGain } from './degradations/gain.js';
import { addNoise, readNoise } from './degradations/noise.js';
import { addRoom } from './degradations/room.js';
import type { Degrade } from './classify-tracks.js';

export const DEGRADATIONS = ['mp3-64', 'opus-24', 'am-radio', 'room', 'noise-15db', 'gain-30db'] as const;
export type Degradation = (typeof DEGRADATIONS)[number];

/**
 * @param text comma-separated names, or `all`
 * @throws SettingError for an unknown name
 */
export function readDegradations(text: string): Degradation[] {
  if (text === 'all') return [...DEGRADATIONS];
  return [...new Set(text.split(',').map((name) => {
    const found = DEGRADATIONS.find((each) => each === name.trim());
    if (found === undefined) throw new SettingError(`--degrade must be ${DEGRADATIONS.join(', ')} (comma-separated) or all; it is ${JSON.stringify(name.trim())}.`);
    return found;
  }))];
}

/**
 * @param noiseFolder folder with recordings for `noise-15db`
 * @throws Error with instructions when FFmpeg or the noise recordings are missing
 */
export async function degraderOf(name: Degradation, { seed, noiseFolder }: { readonly seed: number; readonly noiseFolder: string }): Promise<Degrade> {
  const random = (trackId: string): Random => new Random(hash(`${seed} ${name} ${trackId}`));
  switch (name) {
    case 'mp3-64':
    case 'opus-24':
      findFfmpeg();
      return (recording) => throughCodec(recording, name);
    case 'am-radio': return (recording, id) => amRadio(recording, random(id));
    case 'room': return (recording, id) => addRoom(recording, random(id));
    case 'noise-15db': {
      const noises = await readNoise(noiseFolder);
      return (recording, id) => addNoise(recording, noises, random(id));
    }
    case 'gain-30db': return reduceGain;
  }
}

/** FNV-1a (Fowler, Noll and Vo), 32 bits. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  return bits >>> 0;
}
