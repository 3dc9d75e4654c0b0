/**
 * Weighted rendezvous hashing: in which order nodes should have a station. Each node has a share of
 * the stations in proportion to its weight; when one comes or goes, only stations to or from it move.
 * (Thaler and Ravishankar, 1998; weights as in Schindelhauer and Schomaker, 2005.)
 */
export interface WeightedNode {
  readonly name: string;
  /** Above 0; only the ratio to the others counts. */
  readonly weight: number;
}

/** Nodes in the order in which they should have the station, the first choice first. */
export function rendezvous<Node extends WeightedNode>(station: string, nodes: Iterable<Node>): Node[] {
  const key = hash(station);
  return [...nodes]
    .map((node) => ({ node, score: node.weight / -Math.log((mix(hash(node.name) ^ mix(key)) + 0.5) / 2 ** 32) }))
    // Equal scores by name, so that all nodes agree.
    .sort((one, other) => other.score - one.score || (one.node.name < other.node.name ? -1 : 1))
    .map(({ node }) => node);
}

/** FNV-1a of the UTF-16 units, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

/** The finalizer of MurmurHash3: each bit of the input changes half of the output. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
