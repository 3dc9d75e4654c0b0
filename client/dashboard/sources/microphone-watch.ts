/**
 * Decides whether sound comes from a microphone and, if not, why. Judges what arrives, not only what the
 * browser says: after an interruption some browsers report a live track and a running context, and
 * deliver nothing or zeros. Pure: the caller passes samples, states and the time.
 */

/**
 * Why no sound comes:
 * `lost`: the track has ended (unplugged, switched off); `muted`: by the system, the browser or a switch;
 * `interrupted`: the system gave the audio to something else, such as a call; `suspended`: the browser has
 * paused the page's audio; `stalled`: all looks well, but no samples come; `zeros`: only digital silence.
 */
export type Interruption = 'lost' | 'muted' | 'interrupted' | 'suspended' | 'stalled' | 'zeros';

/** What the browser says of the device and of the page's audio. */
export interface CaptureState {
  /** `interrupted` is not in TypeScript's DOM library yet. */
  readonly context: AudioContextState | 'interrupted';
  readonly isMuted: boolean;
  readonly hasEnded: boolean;
}

/** Chunks come every 85 to 510 ms, the last from devices of 8 kHz. Longer than a busy page delays them, and early enough to tell within 2 s. */
const STALLED_AFTER_MS = 1000;
/** Exact zeros for this long are no room, however quiet: converters add noise. */
const ZEROS_AFTER_MS = 1500;
/** A device that was opened, unmuted or resumed takes time to deliver, a Bluetooth headset the longest. */
const START_MS = 1500;

export class MicrophoneWatch {
  #startedAtMs = 0;
  #lastSamplesMs = -Infinity;
  #lastSoundMs = -Infinity;
  #said: ReturnType<typeof saidBy>;
  #interruption: Interruption | undefined;

  /** To be called when a device has been opened. */
  start(nowMs: number): void {
    this.#startedAtMs = nowMs;
    this.#lastSamplesMs = this.#lastSoundMs = -Infinity;
  }

  heard(samples: Float32Array, nowMs: number): void {
    this.#lastSamplesMs = nowMs;
    if (samples.some((sample) => sample !== 0)) this.#lastSoundMs = nowMs;
  }

  /** @returns undefined while sound comes, or may begin for the first time; after an interruption only once sound comes */
  look(state: CaptureState, nowMs: number): Interruption | undefined {
    const said = saidBy(state);
    if (said === undefined && this.#said !== undefined) this.start(nowMs);
    this.#said = said;
    if ((said === undefined || said === 'suspended') && this.#isStarting(nowMs)) return this.#interruption;
    return this.#interruption = said ?? this.#judge(nowMs);
  }

  /** Nothing has come since the start, and it is too early to complain. */
  #isStarting(nowMs: number): boolean {
    return this.#lastSoundMs === -Infinity && nowMs - this.#startedAtMs < START_MS;
  }

  #judge(nowMs: number): 'stalled' | 'zeros' | undefined {
    if (nowMs - Math.max(this.#lastSamplesMs, this.#startedAtMs) >= STALLED_AFTER_MS) return 'stalled';
    return nowMs - Math.max(this.#lastSoundMs, this.#startedAtMs) >= ZEROS_AFTER_MS ? 'zeros' : undefined;
  }
}

function saidBy({ context, isMuted, hasEnded }: CaptureState): Exclude<Interruption, 'stalled' | 'zeros'> | undefined {
  if (hasEnded) return 'lost';
  if (isMuted) return 'muted';
  return context === 'interrupted' || context === 'suspended' ? context : undefined;
}
