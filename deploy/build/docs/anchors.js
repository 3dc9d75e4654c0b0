/** The anchors that GitHub gives the headings of a page, so that its links work in both places. */

/** @returns {(heading: string) => string} the anchor of each heading of one page, in their order; takes the heading's words without their markup */
export function anchorsOfPage() {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return (heading) => {
    const anchor = heading.toLowerCase().replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '').replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  };
}
