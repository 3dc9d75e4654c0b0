/** Positions of frequencies on the mel axis, for the labels of the spectrogram. */
import { hzToMel } from '../../../dsp/mel/filterbank.js';

/** 0 at the centre of the lowest band, 1 at the centre of the highest. Band b peaks at mel edge b + 1 of bands + 2. */
export function bandPosition(hz: number, bands: number, fMinHz: number, fMaxHz: number): number {
  const step = (hzToMel(fMaxHz) - hzToMel(fMinHz)) / (bands + 1);
  return ((hzToMel(hz) - hzToMel(fMinHz)) / step - 1) / (bands - 1);
}

export interface Tick { readonly text: string; readonly position: number }

/** Octave-spaced round frequencies inside the bands, low to high. */
export function ticks(bands: number, fMinHz: number, fMaxHz: number): Tick[] {
  return [500, 1000, 2000, 4000, 8000, 16000]
    .map((hz) => ({ text: hz < 1000 ? `${hz}` : `${hz / 1000}k`, position: bandPosition(hz, bands, fMinHz, fMaxHz) }))
    .filter(({ position }) => position >= 0 && position <= 1);
}
