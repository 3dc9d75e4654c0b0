/** The lights of the wall's tiles: each rises with its station's level, and moves evenly from one message to the next. */
import type { StationGlance } from '../../../server/protocol/messages.js';
import { meterPosition } from './meter.js';

export interface Light {
  /** Share of the light's full height. */
  readonly rise: number;
  readonly opacity: number;
}

type Station = Pick<StationGlance, 'id' | 'level'>;

/** The time between two messages. */
const MOVE_MS = 1000;
/** Of music at a middle level; shown all the time to those who want no movement. */
const STILL = 0.5;
const NONE: Light = { rise: 0.1, opacity: 0 };

export class WallLights {
  #lights = new Map<string, { readonly from: Light; readonly to: Light }>();
  #setAtMs = 0;

  set(stations: readonly Station[], atMs: number): void {
    this.#lights = new Map(stations.map(({ id, level }) => [id, { from: this.at(id, atMs), to: lightOf(level) }]));
    this.#setAtMs = atMs;
  }

  at(id: string, atMs: number): Light {
    const light = this.#lights.get(id);
    if (!light) return NONE;
    const share = Math.max(0, Math.min(1, (atMs - this.#setAtMs) / MOVE_MS));
    const between = (from: number, to: number): number => from + (to - from) * share;
    return { rise: between(light.from.rise, light.to.rise), opacity: between(light.from.opacity, light.to.opacity) };
  }

  /** Whether a light still moves. */
  isMoving(atMs: number): boolean {
    return atMs < this.#setAtMs + MOVE_MS;
  }
}

/** @param level dBFS; null if there is no audio */
export function lightOf(level: number | null): Light {
  // Between -36 dBFS and full scale, where music moves.
  return level === null ? NONE : lightAt(Math.max(0, (meterPosition(level) - 0.28) / 0.72));
}

/** The light of a station for those who want no movement: on or off. */
export function stillLight(level: number | null): Light {
  return level === null ? NONE : lightAt(STILL);
}

function lightAt(loud: number): Light {
  return { rise: 0.1 + 0.9 * loud, opacity: 0.35 + 0.65 * loud };
}
