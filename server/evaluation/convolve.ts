/**
 * Convolution of a long signal with a shorter one by overlap-add (Stockham 1966). Each complex FFT
 * transforms two segments, one as real and one as imaginary part; since the response is real, the
 * results stay separate.
 */
import FFT from 'fft.js';

/** @returns signal.length + response.length - 1 samples */
export function convolve(signal: Float32Array, response: Float32Array): Float32Array {
  const result = new Float32Array(Math.max(0, signal.length + response.length - 1));
  if (signal.length === 0 || response.length === 0) return new Float32Array(0);
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * response.length)));
  const step = size - response.length + 1;
  const fft = new FFT(size);
  const filter = spectrumOf(fft, response, new Float32Array(0));
  const product = new Float64Array(2 * size);
  const sum = new Float64Array(2 * size);
  for (let first = 0; first < signal.length; first += 2 * step) {
    const segments = spectrumOf(fft, signal.subarray(first, first + step), signal.subarray(first + step, first + 2 * step));
    for (let k = 0; k < 2 * size; k += 2) {
      // Swapping real and imaginary parts turns the forward transform into the inverse.
      product[k + 1] = segments[k]! * filter[k]! - segments[k + 1]! * filter[k + 1]!;
      product[k] = segments[k]! * filter[k + 1]! + segments[k + 1]! * filter[k]!;
    }
    fft.transform(sum, product);
    for (let i = 0; i < size; i++) {
      if (first + i < result.length) result[first + i]! += sum[2 * i + 1]! / size;
      if (first + step + i < result.length) result[first + step + i]! += sum[2 * i]! / size;
    }
  }
  return result;
}

function spectrumOf(fft: FFT, real: Float32Array, imaginary: Float32Array): Float64Array {
  const mixed = new Float64Array(2 * fft.size);
  for (let i = 0; i < real.length; i++) mixed[2 * i] = real[i]!;
  for (let i = 0; i < imaginary.length; i++) mixed[2 * i + 1] = imaginary[i]!;
  const spectrum = new Float64Array(2 * fft.size);
  fft.transform(spectrum, mixed);
  return spectrum;
}
