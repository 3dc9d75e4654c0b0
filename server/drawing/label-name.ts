/** How labels are written for people. */

/** Display names of labels that are written together; others are only capitalised. */
const DISPLAY_NAMES: Readonly<Record<string, string>> = { hiphop: 'Hip hop', rnb: 'R&B' };

/** Display name of a model's label: `drum_and_bass` becomes `Drum and bass`. */
export function labelName(label: string): string {
  const words = DISPLAY_NAMES[label.toLowerCase()] ?? label.replace(/[_]+/g, ' ').trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
