/** Exports of the `dsp` WebAssembly module: AssemblyScript, compiled by `npm run build`. */
export { toDecibels } from '../mel/decibels.as';
export { melColumn } from '../mel/mel-columns.as';
export { fromInt16, sliceStatistics, stereoFromInt16 } from '../pcm/pcm.as';
export { bandLimit, interpolate } from '../resample/resampler.as';
