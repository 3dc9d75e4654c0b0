/**
 * A sustained note: wavetable oscillator (two when detuned), attack-decay-sustain-release envelope,
 * and a 12 dB/octave low-pass whose cutoff closes after the attack, as in a subtractive synthesiser.
 */
import type { Random } from './random.js';
import type { Voice } from './voice.js';
import { TABLE_LENGTH, wavetable } from './wavetable.js';

export interface TonePatch {
  readonly kind: 'tone';
  readonly harmonics: readonly number[];
  /** Amplitude at velocity 1. */
  readonly level: number;
  readonly attackS: number;
  /** Time constants of the fall to `sustain` (0 to 1) and, after the note's end, to nothing. */
  readonly decayS: number;
  readonly sustain: number;
  readonly releaseS: number;
  /** The low-pass starts at `cutoffHz` and falls to `cutoffFloorHz` with `cutoffDecayS`. Absent: open. */
  readonly cutoffHz?: number;
  readonly cutoffFloorHz?: number;
  readonly cutoffDecayS?: number;
  /** Depth to either side; comes in after the first third of a second. */
  readonly vibratoCents?: number;
  readonly vibratoHz?: number;
  readonly detuneCents?: number;
  /** Where the pitch starts, relative to the note, and how fast it arrives. */
  readonly bendSemitones?: number;
  readonly bendS?: number;
}

/** Amplitude below which a note ends: -66 dB, inaudible. */
const GONE = 0.0005;

export class Tone implements Voice {
  readonly #patch: TonePatch;
  readonly #sampleRate: number;
  readonly #hz: number;
  readonly #table: Float32Array;
  readonly #gain: number;
  readonly #attackStep: number;
  readonly #decay: number;
  readonly #release: number;
  #phase: number;
  #secondPhase: number;
  #age = 0;
  #untilRelease: number;
  #envelope = 0;
  #attacking = true;
  #lowOne = 0;
  #lowTwo = 0;

  constructor(patch: TonePatch, hz: number, velocity: number, durationS: number, sampleRate: number, random: Random) {
    this.#patch = patch;
    this.#sampleRate = sampleRate;
    this.#hz = hz;
    // A bend starts above the note: leave room for it below half the sample rate.
    this.#table = wavetable(patch.harmonics, hz * 2 ** (Math.max(0, patch.bendSemitones ?? 0) / 12), sampleRate);
    this.#gain = patch.level * velocity * (patch.detuneCents ? 0.6 : 1);
    this.#attackStep = 1 / Math.max(16, patch.attackS * sampleRate);
    this.#decay = Math.exp(-1 / (patch.decayS * sampleRate));
    this.#release = Math.exp(-1 / (patch.releaseS * sampleRate));
    this.#untilRelease = Math.max(1, Math.round(durationS * sampleRate));
    // A drum-like bend must start at the same point each time; chords sound less stiff when they don't.
    this.#phase = patch.bendSemitones ? 0 : random.next() * TABLE_LENGTH;
    this.#secondPhase = random.next() * TABLE_LENGTH;
  }

  mix(out: Float32Array, from: number, to: number): boolean {
    const patch = this.#patch;
    const ageS = this.#age / this.#sampleRate;
    const table = this.#table;
    const gain = this.#gain;
    const decay = this.#decay;
    const release = this.#release;
    const sustain = patch.sustain;

    let cents = 0;
    if (patch.vibratoCents && ageS > 0.15) {
      cents = patch.vibratoCents * Math.min(1, (ageS - 0.15) * 4) * Math.sin(2 * Math.PI * (patch.vibratoHz ?? 5.5) * ageS);
    }
    if (patch.bendSemitones) cents += 100 * patch.bendSemitones * Math.exp(-ageS / (patch.bendS ?? 0.05));
    const increment = this.#hz * 2 ** (cents / 1200) * TABLE_LENGTH / this.#sampleRate;
    const detune = patch.detuneCents ? 2 ** (patch.detuneCents / 1200) : 0;
    const secondIncrement = increment * detune;

    let follow = 1;
    if (patch.cutoffHz) {
      const floorHz = patch.cutoffFloorHz ?? patch.cutoffHz;
      const cutoffHz = floorHz + (patch.cutoffHz - floorHz) * Math.exp(-ageS / (patch.cutoffDecayS ?? 0.2));
      follow = 1 - Math.exp(-2 * Math.PI * cutoffHz / this.#sampleRate);
    }

    let phase = this.#phase;
    let secondPhase = this.#secondPhase;
    let envelope = this.#envelope;
    let attacking = this.#attacking;
    let untilRelease = this.#untilRelease;
    let lowOne = this.#lowOne;
    let lowTwo = this.#lowTwo;
    for (let i = from; i < to; i += 1) {
      if (untilRelease <= 0) envelope *= release;
      else if (attacking) {
        envelope += this.#attackStep;
        if (envelope >= 1) attacking = false;
      } else envelope = sustain + (envelope - sustain) * decay;
      untilRelease -= 1;

      const index = phase | 0;
      let sample = table[index]! + (table[index + 1]! - table[index]!) * (phase - index);
      phase += increment;
      if (phase >= TABLE_LENGTH) phase -= TABLE_LENGTH;
      if (detune !== 0) {
        const second = secondPhase | 0;
        sample += table[second]! + (table[second + 1]! - table[second]!) * (secondPhase - second);
        secondPhase += secondIncrement;
        if (secondPhase >= TABLE_LENGTH) secondPhase -= TABLE_LENGTH;
      }
      lowOne += follow * (sample * envelope - lowOne);
      lowTwo += follow * (lowOne - lowTwo);
      out[i]! += gain * lowTwo;
    }
    this.#phase = phase;
    this.#secondPhase = secondPhase;
    this.#envelope = envelope;
    this.#attacking = attacking;
    this.#untilRelease = untilRelease;
    this.#lowOne = lowOne;
    this.#lowTwo = lowTwo;
    this.#age += to - from;
    return envelope > GONE || (attacking && untilRelease > 0);
  }
}
