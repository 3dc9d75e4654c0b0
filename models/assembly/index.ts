/** What WebAssembly does for `models/simd`: AssemblyScript, compiled by `npm run build:kernels`. */
export { convolution, convolutionOfOne, copyTails } from './convolution';
export { correlations, inputStatistics, onsetAutocorrelation } from './descriptors';
export { gemm } from './gemm';
export { gruGates, lstmGates } from './recurrent';
export { statistics } from './statistics';
