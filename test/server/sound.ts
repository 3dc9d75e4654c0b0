/** Sounds for tests. */

/** A sine as s16le mono bytes. */
export function tone(frequencyHz: number, durationMs: number, { sampleRate = 22050, amplitude = 0.5 } = {}): Uint8Array {
  const samples = new Int16Array(Math.round((durationMs * sampleRate) / 1000));
  for (let n = 0; n < samples.length; n++) {
    samples[n] = Math.round(32767 * amplitude * Math.sin((2 * Math.PI * frequencyHz * n) / sampleRate));
  }
  return new Uint8Array(samples.buffer);
}

/** s16le mono as stereo: what stations are decoded to. */
export function stereo(mono: Uint8Array): Uint8Array {
  const samples = new Int16Array(mono.buffer, mono.byteOffset, mono.length / 2);
  const both = new Int16Array(2 * samples.length);
  for (let i = 0; i < both.length; i++) both[i] = samples[i >> 1]!;
  return new Uint8Array(both.buffer);
}

export function silence(durationMs: number, sampleRate = 22050): Uint8Array {
  return new Uint8Array(2 * Math.round((durationMs * sampleRate) / 1000));
}

/** Noise that jumps about in level and colour: hard to get right by luck. */
export function noise(samples: number, seed = 1): Uint8Array {
  const values = new Int16Array(samples);
  let random = seed;
  let low = 0;
  for (let n = 0; n < samples; n++) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    low += (random / 2 ** 32 - 0.5 - low) * (0.05 + 0.9 * Math.abs(Math.sin(n / 9000)));
    values[n] = Math.round(20000 * low * (0.2 + 0.8 * Math.abs(Math.sin(n / 5000))));
  }
  return new Uint8Array(values.buffer);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Cuts into pieces of the sizes given, round and round. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let offset = 0, turn = 0; offset < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    pieces.push(bytes.slice(offset, offset + size));
    offset += size;
  }
  return pieces;
}

export const MONO = { encoding: 's16le', sampleRate: 22050, channels: 1 } as const;
