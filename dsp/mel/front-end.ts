/** Settings of the front end, which turns samples into mel columns; stored in every model folder. */

/** Part of every model: a network works only with the front end that it was trained on. */
export interface FrontEnd {
  /** Hz. */
  readonly sampleRate: number;
  /** Samples of a window and points of its Fourier transform, a power of two. */
  readonly nFft: number;
  /** Samples from one window's start to the next, smaller or larger than a window. */
  readonly hop: number;
  readonly bands: number;
  /** Lower edge of the lowest band, Hz. */
  readonly fMin: number;
  /** Upper edge of the highest band, Hz. */
  readonly fMax: number;
  /** Periodic Hann. */
  readonly window: 'hann';
  /** Exponent of the magnitude. */
  readonly power: 2;
  readonly melScale: 'slaney';
  readonly melNorm: 'slaney';
}

/** 11.5 columns per second. */
export const FRONT_END_V1: FrontEnd = {
  sampleRate: 22050,
  nFft: 2048,
  hop: 1920,
  bands: 64,
  fMin: 30,
  fMax: 11025,
  window: 'hann',
  power: 2,
  melScale: 'slaney',
  melNorm: 'slaney',
};

/**
 * Checks that `MelColumns` supports the settings.
 * @throws RangeError naming the first unsupported setting and its value
 */
export function checkFrontEnd(frontEnd: FrontEnd): void {
  const { sampleRate, nFft, hop, bands, fMin, fMax, window, power, melScale, melNorm } = frontEnd;
  const refuse = (name: string, value: unknown, requirement: string) => {
    throw new RangeError(`The front end's ${name} must be ${requirement}, not ${JSON.stringify(value)}.`);
  };
  if (!(Number.isFinite(sampleRate) && sampleRate > 0)) refuse('sampleRate', sampleRate, 'a number of Hz above 0');
  if (!Number.isInteger(nFft) || nFft < 4 || nFft > 65536 || (nFft & (nFft - 1)) !== 0) refuse('nFft', nFft, 'a power of two from 4 to 65536');
  if (!Number.isInteger(hop) || hop < 1) refuse('hop', hop, 'a whole number of samples, at least 1');
  if (!Number.isInteger(bands) || bands < 1 || bands > nFft / 2) refuse('bands', bands, `a whole number from 1 to ${nFft / 2} (half of nFft)`);
  if (!(fMin >= 0 && fMin < fMax)) refuse('fMin', fMin, `at least 0 Hz and below fMax (${fMax})`);
  if (!(fMax <= sampleRate / 2)) refuse('fMax', fMax, `at most half the sample rate (${sampleRate / 2} Hz)`);
  if (window !== 'hann') refuse('window', window, '"hann"');
  if (power !== 2) refuse('power', power, '2');
  if (melScale !== 'slaney') refuse('melScale', melScale, '"slaney"');
  if (melNorm !== 'slaney') refuse('melNorm', melNorm, '"slaney"');
}
