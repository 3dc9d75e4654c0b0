/**
 * What a teacher's tags say of a label by their names alone: a model that has heard "jazz" in two
 * hundred thousand tracks knows more of it than a few dozen labelled ones can tell. Where names
 * agree, the tag is where learning the label begins (zero-shot transfer by names, as in Palatucci
 * et al. 2009).
 */

/** Tags that stand for a genre besides its own name. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  classical: ['classic'], // MagnaTagATune's; rock has its own "classic rock"
  disco: ['dance', '70s', 'funk'],
  edm: ['electronic', 'house', 'dance'],
  electronic: ['electronica', 'techno'],
  metal: ['heavy metal'],
  rap: ['hip-hop'],
  rhythmandblues: ['rnb', 'soul'],
  rock: ['classic rock'],
};

/**
 * @param tags names of a teacher's tags
 * @returns indices of those that stand for the label
 */
export function tagsFor(label: string, tags: readonly string[]): number[] {
  const wanted = new Set([plain(label), ...(MEANT[plain(label)] ?? []).map(plain)]);
  return tags.flatMap((tag, index) => (wanted.has(plain(tag)) ? [index] : []));
}

/** `Hip-Hop`, `hip hop` and `hiphop` are one name; `R&B` and `rhythm and blues` are not guessed. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
