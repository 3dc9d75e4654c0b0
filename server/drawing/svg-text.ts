/** Text for SVG: escaped, and cut to a width that is estimated, since nothing here knows the reader's font. */

/** Widths in em of a usual sans-serif. */
const NARROW = /[ilIjtfr.,:;'’|!()[\]\-·\s]/;
const WIDE = /[mwMW@%—…]/;

/** Without what XML may not hold, nor characters that turn the direction of what follows. */
export function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/gu, ' ').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** em. */
export function widthOf(text: string): number {
  let width = 0;
  for (const sign of text) {
    const code = sign.codePointAt(0)!;
    width += code >= 0x1100 ? 1.05 : NARROW.test(sign) ? 0.33 : WIDE.test(sign) ? 0.92 : /\p{Lu}/u.test(sign) ? 0.7 : 0.58;
  }
  return width;
}

/** Cut with an ellipsis so that it takes at most `width` at this font size. */
export function cutTo(text: string, width: number, size: number): string {
  const line = text.replace(/\s+/gu, ' ').trim();
  // `sizeFor` divides by what is multiplied here.
  if (widthOf(line) * size <= width + 1e-6) return line;
  const signs = [...line];
  let left = width / size - widthOf('…');
  let kept = 0;
  while (kept < signs.length && (kept === 0 || left >= widthOf(signs[kept]!))) left -= widthOf(signs[kept++]!);
  return `${signs.slice(0, kept).join('').trimEnd()}…`;
}

/** The largest font size from `most` down to `least` at which the text fits. */
export function sizeFor(text: string, width: number, most: number, least: number): number {
  return Math.max(least, Math.min(most, width / Math.max(1, widthOf(text))));
}
