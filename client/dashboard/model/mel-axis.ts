/** Where a frequency lies among the mel bands, for the labels beside the spectrogram. Slaney's scale: linear to 1 kHz, logarithmic above. */

const LINEAR_HZ_PER_MEL = 200 / 3;
const LOG_FROM_HZ = 1000;
const LOG_FROM_MEL = LOG_FROM_HZ / LINEAR_HZ_PER_MEL;
const LOG_STEP = Math.log(6.4) / 27;

export function mel(hz: number): number {
  return hz < LOG_FROM_HZ ? hz / LINEAR_HZ_PER_MEL : LOG_FROM_MEL + Math.log(hz / LOG_FROM_HZ) / LOG_STEP;
}

/** 0 at the middle of the lowest band, 1 at the middle of the highest. Band b peaks at mel edge b + 1 of bands + 2. */
export function bandPlace(hz: number, bands: number, fMinHz: number, fMaxHz: number): number {
  const step = (mel(fMaxHz) - mel(fMinHz)) / (bands + 1);
  return ((mel(hz) - mel(fMinHz)) / step - 1) / (bands - 1);
}

export interface Tick { readonly text: string; readonly place: number }

/** Round frequencies inside the bands, low to high. */
export function ticks(bands: number, fMinHz: number, fMaxHz: number): Tick[] {
  return [500, 1000, 2000, 4000, 8000, 16000]
    .map((hz) => ({ text: hz < 1000 ? `${hz}` : `${hz / 1000}k`, place: bandPlace(hz, bands, fMinHz, fMaxHz) }))
    .filter(({ place }) => place >= 0 && place <= 1);
}
