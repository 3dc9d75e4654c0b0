/** Exports of the `models` WebAssembly module: AssemblyScript, compiled by `npm run build`. */
export { innerProducts } from '../alike/search.as';
export { convolution, convolutionSingleChannel, copyTails } from '../layers/convolution/convolution.as';
export { convolution16 } from '../layers/convolution/convolution16.as';
export { correlations, inputStatistics, onsetAutocorrelation } from '../layers/descriptors/descriptors.as';
export { gemm } from '../layers/dense/gemm.as';
export { gemm16, quantiseRows } from '../layers/dense/gemm16.as';
export { gruGates, lstmGates } from '../layers/recurrent/recurrent.as';
export { statistics } from '../layers/statistics/statistics.as';
