/**
 * OKLCH to sRGB, for canvas pixels and contrast checks. Source: B. Ottosson, "A perceptual color
 * space for image processing" (2020); contrast: WCAG 2.2, "relative luminance".
 */

/** [red, green, blue], integers, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** [L, a, b] of OKLab; the Euclidean distance of two colours approximates their perceived difference. */
export type Lab = readonly [number, number, number];

/**
 * @param lightness 0 black to 1 white
 * @param chroma 0 grey to about 0.3; reduced until the colour is in the sRGB gamut
 * @param hue degrees: 30 red, 90 yellow, 145 green, 230 blue, 300 purple
 */
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const angle = hue * Math.PI / 180;
  for (let c = chroma; ; c -= 0.004) {
    const linear = labToLinear([lightness, c * Math.cos(angle), c * Math.sin(angle)]);
    if (c <= 0 || linear.every((part) => part >= -0.001 && part <= 1.001)) {
      return linear.map((part) => Math.round(255 * gamma(Math.min(1, Math.max(0, part))))) as unknown as Rgb;
    }
  }
}

export function hex([red, green, blue]: Rgb): string {
  return `#${((1 << 24) | (red << 16) | (green << 8) | blue).toString(16).slice(1)}`;
}

/** @param text as `hex` gives it */
export function rgbOf(text: string): Rgb {
  const all = parseInt(text.slice(1), 16);
  return [all >> 16, (all >> 8) & 255, all & 255];
}

/** Contrast ratio, 1 (identical) to 21 (black on white). */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

export function lab(rgb: Rgb): Lab {
  const [r, g, b] = rgb.map((part) => linearised(part / 255)) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function labToLinear([lightness, a, b]: Lab): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((part) => linearised(part / 255)) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function linearised(part: number): number {
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function gamma(part: number): number {
  return part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055;
}
