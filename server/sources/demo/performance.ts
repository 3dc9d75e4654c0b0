/**
 * A style being played: it writes the next bar when the last one ends, starts voices at their sample,
 * and mixes them over three buses (straight, into the hall, through the amplifier). Works in blocks
 * of BLOCK samples.
 */
import { DrumHit, type Drum } from './drums.js';
import { Hall, Overdrive } from './effects.js';
import { Biquad } from './filters.js';
import { INSTRUMENTS, type Instrument } from './instruments.js';
import { Pluck } from './pluck.js';
import { Random } from './random.js';
import type { Score, Style } from './style.js';
import { midiToHz } from './theory.js';
import { Tone } from './tone.js';
import type { Voice } from './voice.js';

/** Samples rendered at once; envelopes' and filters' slow parts move at this pace. */
export const BLOCK = 256;
const BEATS_PER_BAR = 4;
/** A section is the number of whole phrases nearest to this, s. */
const SECTION_S = 25;
/** Fade-out of ringing notes after the last bar, s. */
const FADE_S = 0.6;
/** Timing jitter of notes, s to either side. */
const HUMAN_S = 0.004;

type Bus = 'straight' | 'hall' | 'amplifier';

interface Event {
  readonly at: number;
  readonly voice: Voice;
  readonly bus: Bus;
}

export class Performance implements Score {
  readonly style: Style;
  readonly random: Random;
  /** Samples from the first to the end of the last bar; the fade comes after. */
  readonly length: number;
  readonly #sampleRate: number;
  readonly #beatSamples: number;
  readonly #bars: number;
  readonly #write: (score: Score, bar: number, bars: number) => void;
  readonly #amplified: ReadonlySet<Instrument>;
  readonly #amplifier: Overdrive | undefined;
  readonly #hall: Hall;
  readonly #treble: readonly Biquad[];
  readonly #buses: Record<Bus, Float32Array> = {
    straight: new Float32Array(BLOCK), hall: new Float32Array(BLOCK), amplifier: new Float32Array(BLOCK),
  };
  #events: Event[] = [];
  #sounding: Event[] = [];
  #barsWritten = 0;
  #at = 0;

  constructor(style: Style, random: Random, sampleRate: number) {
    this.style = style;
    this.random = random;
    this.#sampleRate = sampleRate;
    const tempo = random.between(...style.tempo);
    this.#beatSamples = 60 * sampleRate / tempo;
    const phraseS = style.barsPerPhrase * BEATS_PER_BAR * 60 / tempo;
    this.#bars = style.barsPerPhrase * Math.max(1, Math.round(SECTION_S / phraseS));
    this.length = Math.round(this.#bars * BEATS_PER_BAR * this.#beatSamples);
    this.#write = style.compose(random);
    this.#amplified = new Set(style.drive?.instruments);
    if (style.drive) this.#amplifier = new Overdrive(style.drive.gain, style.drive.level, style.drive.speakerHz, sampleRate);
    this.#hall = new Hall(style.hall.seconds, sampleRate);
    // Two in a row with these resonances: fourth-order Butterworth.
    this.#treble = style.trebleHz === undefined ? [] : [0.54, 1.31].map((q) => new Biquad('lowpass', style.trebleHz as number, q, sampleRate));
  }

  /** Whether its bars are over (it may still ring). */
  get over(): boolean {
    return this.#at >= this.length;
  }

  /** Whether nothing more will sound. */
  get silent(): boolean {
    return this.#at >= this.length + FADE_S * this.#sampleRate;
  }

  hit(drum: Drum, beat: number, velocity: number): void {
    this.#schedule(beat, 0, new DrumHit(drum, velocity, this.#sampleRate), 'straight');
  }

  note(instrument: Instrument, beat: number, midi: number, beats: number, velocity: number): void {
    this.#play(instrument, beat, midi, beats, velocity, 0);
  }

  chord(instrument: Instrument, beat: number, notes: readonly number[], beats: number, velocity: number, strumS = 0): void {
    notes.forEach((midi, i) => {
      const string = strumS < 0 ? notes.length - 1 - i : i;
      this.#play(instrument, beat, midi, beats, velocity, string * Math.abs(strumS));
    });
  }

  /** Adds the next BLOCK samples to `out`. */
  mix(out: Float32Array): void {
    const { straight, hall, amplifier } = this.#buses;
    straight.fill(0);
    hall.fill(0);
    amplifier.fill(0);
    this.#startVoices();
    this.#sounding = this.#sounding.filter(({ at, voice, bus }) => voice.mix(this.#buses[bus], Math.max(0, at - this.#at), BLOCK));
    if (this.#amplifier) {
      this.#amplifier.process(amplifier);
      for (let i = 0; i < BLOCK; i += 1) hall[i]! += amplifier[i]!;
    }
    for (let i = 0; i < BLOCK; i += 1) straight[i]! += hall[i]!;
    this.#hall.mix(hall, straight, this.style.hall.gain);
    for (const filter of this.#treble) filter.process(straight);
    const fade = FADE_S * this.#sampleRate;
    for (let i = 0; i < BLOCK; i += 1) {
      const after = this.#at + i - this.length;
      const gain = after <= 0 ? 1 : Math.max(0, 1 - after / fade);
      out[i]! += this.style.gain * gain * gain * straight[i]!;
    }
    this.#at += BLOCK;
  }

  #startVoices(): void {
    while (this.#barsWritten < this.#bars && this.#barsWritten * BEATS_PER_BAR * this.#beatSamples < this.#at + BLOCK) {
      this.#write(this, this.#barsWritten, this.#bars);
      this.#barsWritten += 1;
      this.#events.sort((a, b) => a.at - b.at);
    }
    let started = 0;
    while (started < this.#events.length && this.#events[started]!.at < this.#at + BLOCK) started += 1;
    if (started > 0) this.#sounding.push(...this.#events.splice(0, started));
  }

  #play(instrument: Instrument, beat: number, midi: number, beats: number, velocity: number, delayS: number): void {
    const patch = INSTRUMENTS[instrument];
    const durationS = beats * this.#beatSamples / this.#sampleRate;
    const hz = midiToHz(midi);
    const voice = patch.kind === 'tone'
      ? new Tone(patch, hz, velocity, durationS, this.#sampleRate, this.random)
      : new Pluck(patch, hz, velocity, durationS, this.#sampleRate, this.random);
    this.#schedule(beat, delayS, voice, this.#amplified.has(instrument) ? 'amplifier' : 'hall');
  }

  #schedule(beat: number, delayS: number, voice: Voice, bus: Bus): void {
    const beats = this.#barsWritten * BEATS_PER_BAR + this.#swung(beat);
    const human = this.random.between(-HUMAN_S, HUMAN_S);
    const at = Math.round(beats * this.#beatSamples + (delayS + human) * this.#sampleRate);
    this.#events.push({ at: Math.max(at, this.#at), voice, bus });
  }

  /** Bends straight time: the second eighth of a beat, or the second sixteenth of an eighth, comes later. */
  #swung(beat: number): number {
    const { swing, swing16 = 0.5 } = this.style;
    const whole = Math.floor(beat);
    const eighth = (beat - whole) * 2;
    const inEighth = eighth - Math.floor(eighth);
    const bent16 = inEighth < 0.5 ? inEighth * 2 * swing16 : swing16 + (inEighth - 0.5) * 2 * (1 - swing16);
    const within = (Math.floor(eighth) + bent16) / 2;
    return whole + (within < 0.5 ? within * 2 * swing : swing + (within - 0.5) * 2 * (1 - swing));
  }
}
