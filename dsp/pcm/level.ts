/**
 * RMS and peak level in dBFS, where a square wave between -1 and 1 is 0 dB and a sine of amplitude 1
 * has an RMS of -3.01 dB. (AES17-2015 puts 0 dB at that sine, so its RMS figures are 3.01 dB higher.)
 */

/** The level of digital silence, and the lowest that is reported. */
export const FLOOR_DB = -120;

export interface Level {
  /** dBFS, -120 to 0. */
  readonly rmsDb: number;
  /** dBFS of the highest magnitude, -120 to 0; the true peak between samples may be higher. */
  readonly peakDb: number;
}
