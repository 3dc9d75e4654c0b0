/**
 * Kaiser-windowed sinc low-pass filters: J. F. Kaiser 1974, "Nonrecursive digital filter
 * design using the I0-sinh window function", with his formulas for length and β (also Oppenheim and
 * Schafer, Discrete-Time Signal Processing, section 7.5.3).
 */

/** An impulse response in continuous time, symmetric about 0. Unit of time: one sample. */
export interface Lowpass {
  /** Half the length in samples: the response is 0 at and beyond ±half. */
  readonly half: number;
  /** The response at `time` samples; its sum over whole samples is 1 up to the stop band's ripple. */
  at(time: number): number;
}

/**
 * @param pass end of the pass band, cycles per sample
 * @param stop start of the stop band, cycles per sample, above `pass`
 * @param attenuationDb of the stop band, over 50; the pass band has the same ripple
 */
export function kaiserLowpass(pass: number, stop: number, attenuationDb: number): Lowpass {
  const beta = 0.1102 * (attenuationDb - 8.7);
  const half = kaiserHalf(stop - pass, attenuationDb);
  const bandwidth = pass + stop; // twice the cutoff, which lies in the middle of the transition
  const scale = bandwidth / besselI0(beta);
  return {
    half,
    at(time) {
      const x = time / half;
      return Math.abs(x) < 1 ? scale * sinc(bandwidth * time) * besselI0(beta * Math.sqrt(1 - x * x)) : 0;
    },
  };
}

/** Half the filter length in samples that a transition band of `width` cycles per sample needs. */
export function kaiserHalf(width: number, attenuationDb: number): number {
  return (attenuationDb - 7.95) / (2 * 14.36 * width);
}

/** The attenuation that a filter of this half length reaches: the inverse of `kaiserHalf`. */
export function kaiserAttenuationDb(width: number, half: number): number {
  return 7.95 + 2 * 14.36 * width * half;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Modified Bessel function of the first kind, order 0, by its power series (Abramowitz and Stegun 9.6.12). */
function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
