/** The kernels of `models` (`*.as.ts`), compiled and packed by `npm run build:kernels`. */
declare const bytes: Uint8Array<ArrayBuffer>;
export default bytes;
