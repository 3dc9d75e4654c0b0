/**
 * Other libraries' mel columns, with the settings nearest to ours. They are no dependencies of
 * livegenre (essentia.js is AGPL): `npm run bench:peers` installs those of `peers/package.json` in
 * `.runs/peers`, out of the way of the build, and what isn't there is left out.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { FrontEnd } from '../../dsp/mel/mel-columns.js';
import { edgesHz } from './mel-variants.js';

const requirePeer = createRequire(fileURLToPath(new URL('../../../.runs/peers/', import.meta.url)));

export interface Peer {
  /** With its version. */
  readonly name: string;
  /** What its measured cost includes or leaves out compared with the others. */
  readonly counted: string;
  /** @param samples [nFft]; @returns a level that rises with the power of each band, [bands] */
  column(samples: Float32Array): ArrayLike<number>;
  /** Where its bands lie, Hz. */
  readonly centresHz: readonly number[];
  /** From what `column` gives, power for each Hz of the band's width, up to a factor. */
  power(value: number, band: number): number;
}

/** Peers by the name of their package; undefined where it isn't installed. */
export const PEERS: Readonly<Record<string, (frontEnd: FrontEnd) => Peer | undefined>> = {
  meyda: (frontEnd) => peer('meyda', (library) => meyda(library as Meyda, frontEnd)),
  'essentia.js': (frontEnd) => peer('essentia.js', (library) => essentia(library as EssentiaPackage, frontEnd)),
};

function peer(packageName: string, make: (library: unknown) => Omit<Peer, 'name'>): Peer | undefined {
  try {
    const { version } = requirePeer(`${packageName}/package.json`) as { version: string };
    return { name: `${packageName} ${version}`, ...make(requirePeer(packageName)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

interface Meyda {
  bufferSize: number;
  sampleRate: number;
  melBands: number;
  windowingFunction: string;
  extract(feature: string, signal: Float32Array): number[];
}

/** https://meyda.js.org: `extract` on a buffer. Its bands are on the HTK scale from 0 Hz to half the rate and can't be placed. */
function meyda(library: Meyda, { nFft, sampleRate, bands }: FrontEnd): Omit<Peer, 'name'> {
  Object.assign(library, { bufferSize: nFft, sampleRate, melBands: bands, windowingFunction: 'hanning' });
  const mel = (hz: number): number => 1125 * Math.log(1 + hz / 700);
  const edges = Array.from({ length: bands + 2 }, (_, i) => 700 * (Math.exp((i * mel(sampleRate / 2)) / (bands + 1) / 1125) - 1));
  return {
    centresHz: edges.slice(1, -1),
    counted: 'window, FFT, amplitude, power, bands and their logarithm, which it always takes; windows are cut for it',
    column: (samples) => library.extract('melBands', samples),
    power: (value, band) => Math.expm1(value) / (edges[band + 2]! - edges[band]!),
  };
}

/** A vector in WebAssembly's memory. */
interface Vector {
  delete(): void;
}

interface Essentia {
  arrayToVector(samples: Float32Array): Vector;
  vectorToArray(vector: Vector): Float32Array;
  Windowing(frame: Vector, normalized: boolean, size: number, type: string, zeroPadding: number, zeroPhase: boolean): { frame: Vector };
  Spectrum(frame: Vector, size: number): { spectrum: Vector };
  MelBands(
    spectrum: Vector, highFrequencyBound: number, inputSize: number, log: boolean, lowFrequencyBound: number, normalize: string,
    numberBands: number, sampleRate: number, type: string, warpingFormula: string, weighting: string,
  ): { bands: Vector };
}

interface EssentiaPackage {
  readonly Essentia: new (wasm: unknown) => Essentia;
  readonly EssentiaWASM: unknown;
}

/** https://mtg.github.io/essentia.js: its algorithms can be set to all that ours has, Slaney's scale and norm included. */
function essentia({ Essentia, EssentiaWASM }: EssentiaPackage, frontEnd: FrontEnd): Omit<Peer, 'name'> {
  const { nFft, sampleRate, bands, fMin, fMax } = frontEnd;
  const library = new Essentia(EssentiaWASM);
  return {
    centresHz: edgesHz(frontEnd).slice(1, -1),
    counted: 'Windowing, Spectrum and MelBands, each of which its API sets up anew at every call, and the samples and bands copied to and from WebAssembly; windows are cut for it',
    column: (samples) => {
      const signal = library.arrayToVector(samples);
      const { frame } = library.Windowing(signal, false, nFft, 'hann', 0, false);
      const { spectrum } = library.Spectrum(frame, nFft);
      const { bands: power } = library.MelBands(spectrum, fMax, nFft / 2 + 1, false, fMin, 'unit_tri', bands, sampleRate, 'power', 'slaneyMel', 'linear');
      const values = library.vectorToArray(power);
      for (const vector of [signal, frame, spectrum, power]) vector.delete();
      return values;
    },
    power: (value) => value,
  };
}
