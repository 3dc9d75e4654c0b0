/** float16 (IEEE 754 binary16) for weights: 11 significant bits, magnitudes up to 65,504. */

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);

/** Bits of the nearest float16, ties to even; infinite above 65,520. */
export function toHalf(value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent >= 31) return sign | 0x7c00;
  // Below 2^-14 float16 has no implicit leading bit: the mantissa is shifted further.
  const mantissa = exponent > 0 ? (exponent << 23) | (bits & 0x7fffff) : 0x800000 | (bits & 0x7fffff);
  const shift = exponent > 0 ? 13 : 14 - exponent;
  if (shift > 24) return sign;
  const half = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  // A carry out of the mantissa increments the exponent, as it should.
  return sign | (half + (rest > tie || (rest === tie && half % 2 === 1) ? 1 : 0));
}

/** The number with these 16 bits. */
export function fromHalf(half: number): number {
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  const magnitude = exponent === 0 ? mantissa * 2 ** -24
    : exponent === 31 ? (mantissa === 0 ? Infinity : NaN) : (1024 + mantissa) * 2 ** (exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}
