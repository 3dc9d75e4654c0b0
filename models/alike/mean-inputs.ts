/** What an embedding is computed from: the mean over a track of the inputs of the last layer at the end of its blocks. */
import type { Bundle } from '../model-folder.js';
import { describe } from '../network.js';
import type { Pack, Track } from '../packs/pack.js';
import { canStepSimd, SimdStep } from '../step/simd-step.js';
import { wholeTrack } from '../training/data/crops.js';

/** Tracks that go through the network together. */
const BATCH = 32;

export interface MeanInputs {
  /** [tracks × width] */
  readonly values: Float32Array;
  readonly width: number;
}

/**
 * @param tracks of the pack; one without a whole block gets zeros
 * @param onTracks called with the number of tracks that are done
 */
export async function meanInputs(bundle: Bundle, pack: Pack, tracks: readonly Track[], onTracks: (done: number) => void = () => {}): Promise<MeanInputs> {
  const { normalisation, blockColumns, frontEnd: { bands } } = bundle.manifest;
  const trunk = withoutLastLayer(bundle);
  const step = await stepFor(trunk);
  const width = describe(trunk.manifest.layers, bands).outputs;
  const values = new Float32Array(tracks.length * width);
  // Tracks of like length together: the batch gets smaller only at the end.
  const order = [...tracks.keys()].sort((a, b) => tracks[a]!.columns - tracks[b]!.columns);
  for (let first = 0; first < order.length; first += BATCH) {
    const batch = order.slice(first, first + BATCH).map((index) => ({
      blocks: Math.floor(tracks[index]!.columns / blockColumns), levels: wholeTrack(pack, tracks[index]!, normalisation), state: step.newState(), sum: values.subarray(index * width, (index + 1) * width),
    }));
    const longest = Math.max(...batch.map(({ blocks }) => blocks));
    for (let block = 0; block < longest; block++) {
      const going = batch.filter(({ blocks }) => block < blocks);
      const size = blockColumns * bands;
      const outputs = step.run(going.map(({ levels }) => levels.subarray(block * size, (block + 1) * size)), going.map(({ state }) => state));
      going.forEach(({ sum, blocks }, stream) => {
        for (let value = 0; value < width; value++) sum[value]! += outputs[stream * width + value]! / blocks;
      });
    }
    onTracks(Math.min(first + BATCH, tracks.length));
  }
  step.dispose?.();
  return { values, width };
}

interface AnyStep extends Pick<SimdStep, 'newState' | 'run'> {
  dispose?(): void;
}

/** TensorFlow.js is for the networks that the kernels can't do. */
async function stepFor(trunk: Bundle): Promise<AnyStep> {
  if (canStepSimd(trunk)) return new SimdStep(trunk);
  const { startBackend } = await import('../tensorflow/backend.js');
  await startBackend();
  const { Step } = await import('../step/tf-step.js');
  return new Step(trunk);
}

/** The network without its last layer: its outputs are no probabilities. */
function withoutLastLayer({ manifest, weights }: Bundle): Bundle {
  const { layers, frontEnd: { bands } } = manifest;
  const { input, output } = describe(layers, bands).layers.at(-1)!;
  const { kinds: _, outside: __, tags: ___, mixture: ____, ...rest } = manifest;
  return { manifest: { ...rest, labels: [], layers: layers.slice(0, -1) }, weights: weights.subarray(0, weights.length - (input.bands * input.channels + 1) * output.channels) };
}
