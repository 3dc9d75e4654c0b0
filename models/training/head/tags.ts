/**
 * Matches a teacher's tags to labels by name. The teacher learned "jazz" from two hundred thousand
 * tracks, more than a few dozen labelled ones can teach. A matching tag is the starting point for its
 * label (zero-shot transfer by name, as in Palatucci et al. 2009).
 */

/** Further tags that indicate a label, besides one with its own name. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  classical: ['classic', 'opera'], // MagnaTagATune's; rock has its own "classic rock"
  disco: ['dance', '70s', 'funk'],
  edm: ['electronic', 'house', 'dance'],
  electronic: ['electronica', 'techno'],
  metal: ['heavy metal'],
  rap: ['hip-hop'],
  rhythmandblues: ['rnb', 'soul'],
  rock: ['classic rock'],
};

/**
 * @param tags names of the teacher's tags
 * @returns indices of the tags that indicate the label
 */
export function tagsFor(label: string, tags: readonly string[]): number[] {
  const wanted = new Set([normalised(label), ...(SYNONYMS[normalised(label)] ?? []).map(normalised)]);
  return tags.flatMap((tag, index) => (wanted.has(normalised(tag)) ? [index] : []));
}

/** Name without case, punctuation and a last "music": `Hip-Hop`, `hip hop`, `hiphop` and `Hip hop music` are equal; `R&B` and `rhythm and blues` are not. */
export function normalised(name: string): string {
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return letters.replace(/(?<=.)music$/, '');
}
