/**
 * Colour map for levels: lightness rises evenly with the level and hue goes from violet over red to
 * yellow, so equal steps look equal, also in grey and with colour blindness. Computed in OKLab (B.
 * Ottosson, "A perceptual color space for image processing", 2020).
 */

/** Level range of the map, dB; nearly all mel power of recorded music is within it. */
export const RANGE_DB = [-40, 28] as const;

/** @returns 256 colours as [red, green, blue], by level byte (dB = byte / 2 - 80) */
export function levelPalette(): Uint8Array {
  const palette = new Uint8Array(256 * 3);
  const [low, high] = RANGE_DB;
  for (let byte = 0; byte < 256; byte++) {
    const strength = Math.min(1, Math.max(0, (byte / 2 - 80 - low) / (high - low)));
    palette.set(colour(strength), byte * 3);
  }
  return palette;
}

/** @param strength 0 dark to 1 bright */
function colour(strength: number): readonly number[] {
  const lightness = 0.13 + 0.84 * strength;
  const hue = ((285 + 180 * strength) * Math.PI) / 180;
  // Reduce the chroma until the colour is in sRGB.
  for (let chroma = 0.17 * Math.sin(Math.PI * (0.12 + 0.78 * strength)); ; chroma -= 0.002) {
    const linear = linearRgb(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
    if (chroma <= 0 || linear.every((part) => part >= 0 && part <= 1)) return linear.map((part) => Math.round(255 * gamma(Math.min(1, Math.max(0, part)))));
  }
}

function linearRgb(lightness: number, a: number, b: number): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function gamma(part: number): number {
  return part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055;
}
