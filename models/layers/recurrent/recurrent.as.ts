/** The gates of GRU and LSTM with SIMD, and the exponential functions that they need. */
import { multiplyAdd, subtractProduct } from '../../../dsp/kernels/multiply-add.as';

/**
 * e^x within 2 units in the last place: 2^n times a polynomial (Cephes, `expf`); x is clamped to
 * -87 to 88.
 */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  const clamped = f32x4.pmax(f32x4.pmin(x, f32x4.splat(88)), f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(1.44269504088896341)));
  // ln 2 as a sum of two constants, so that the range reduction loses no precision
  const r = subtractProduct(n, f32x4.splat(-2.12194440e-4), subtractProduct(n, f32x4.splat(0.693359375), clamped));
  let p = f32x4.splat(1.9875691500e-4);
  p = multiplyAdd(p, r, f32x4.splat(1.3981999507e-3));
  p = multiplyAdd(p, r, f32x4.splat(8.3334519073e-3));
  p = multiplyAdd(p, r, f32x4.splat(4.1665795894e-2));
  p = multiplyAdd(p, r, f32x4.splat(1.6666665459e-1));
  p = multiplyAdd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
function tanh(x: v128): v128 {
  return f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(exp(f32x4.add(x, x)), f32x4.splat(1))));
}

/**
 * h ← n + z (h - n), n = tanh(input + r × recurrent), z and r = sigmoid(input + recurrent).
 * @param input [streams][3 units] pre-activations of the gates z, r, n from the input; @param recurrent the same from h
 * @param h [units] of each stream, stateBytes apart, updated; @param units rounded up to a multiple of 4
 * @param y receives h of each stream, rows yRowBytes apart
 */
export function gruGates(input: usize, recurrent: usize, h: usize, stateBytes: usize, streams: usize, units: usize, y: usize, yRowBytes: usize): void {
  const bytes = units << 2;
  for (let stream: usize = 0; stream < streams; stream++, input += 3 * bytes, recurrent += 3 * bytes, h += stateBytes, y += yRowBytes) {
    for (let at: usize = 0; at < bytes; at += 16) {
      const z = sigmoid(f32x4.add(v128.load(input + at), v128.load(recurrent + at)));
      const r = sigmoid(f32x4.add(v128.load(input + bytes + at), v128.load(recurrent + bytes + at)));
      const n = tanh(multiplyAdd(r, v128.load(recurrent + 2 * bytes + at), v128.load(input + 2 * bytes + at)));
      const next = multiplyAdd(z, f32x4.sub(v128.load(h + at), n), n);
      v128.store(h + at, next);
      v128.store(y + at, next);
    }
  }
}

/**
 * c ← f c + i g, h ← o tanh(c); with s = input + recurrent: i and o = sigmoid(s), f = sigmoid(s + 1), g = tanh(s).
 * @param input [streams][4 units] pre-activations of the gates i, f, g, o from the input; @param recurrent the same from h
 * @param h [units] of each stream, stateBytes apart, updated; @param c the same for c; @param units rounded up to a multiple of 4
 * @param y receives h of each stream, rows yRowBytes apart
 */
export function lstmGates(input: usize, recurrent: usize, h: usize, c: usize, stateBytes: usize, streams: usize, units: usize, y: usize, yRowBytes: usize): void {
  const bytes = units << 2;
  for (let stream: usize = 0; stream < streams; stream++, input += 4 * bytes, recurrent += 4 * bytes, h += stateBytes, c += stateBytes, y += yRowBytes) {
    for (let at: usize = 0; at < bytes; at += 16) {
      const i = sigmoid(f32x4.add(v128.load(input + at), v128.load(recurrent + at)));
      const f = sigmoid(f32x4.add(f32x4.add(v128.load(input + bytes + at), v128.load(recurrent + bytes + at)), f32x4.splat(1)));
      const g = tanh(f32x4.add(v128.load(input + 2 * bytes + at), v128.load(recurrent + 2 * bytes + at)));
      const o = sigmoid(f32x4.add(v128.load(input + 3 * bytes + at), v128.load(recurrent + 3 * bytes + at)));
      const cell = multiplyAdd(f, v128.load(c + at), f32x4.mul(i, g));
      const next = f32x4.mul(o, tanh(cell));
      v128.store(c + at, cell);
      v128.store(h + at, next);
      v128.store(y + at, next);
    }
  }
}
