/** What WebAssembly does for `dsp/simd`: AssemblyScript, compiled by `npm run build:kernels`. */
export { toDecibels } from './decibels';
export { melColumn } from './mel';
export { fromInt16, level } from './pcm';
export { bandLimit, interpolate } from './resample';
