/** Lists that are written with commas, in settings, headers and queries. */

/** Without spaces around the parts, and without empty ones. */
export function commaList(text: string): string[] {
  return text.split(',').map((each) => each.trim()).filter((each) => each !== '');
}
