/** What a node tells the others of itself, as the value of a lease of its own: while that lease lasts, the node is a member. */
import { z } from 'zod';
import { rendezvous, type WeightedNode } from './rendezvous.js';

export interface Member extends WeightedNode {
  /** It keeps what it has and takes nothing new. */
  readonly isFull: boolean;
  /** It gives away what it has. */
  readonly isLeaving: boolean;
}

/** Kind of the leases of members. */
export const MEMBER_KIND = 'node';

const schema = z.object({ weight: z.number().positive(), isFull: z.boolean(), isLeaving: z.boolean() });

export const memberLease = (name: string): string => `${MEMBER_KIND}.${name}`;

export const memberValue = ({ weight, isFull, isLeaving }: Member): string => JSON.stringify({ weight, isFull, isLeaving });

/** @param values of the leases of members, by name; what can not be read is left out */
export function membersOf(values: ReadonlyMap<string, string>): Member[] {
  return [...values].flatMap(([lease, value]) => {
    const parsed = schema.safeParse(jsonOf(value));
    return parsed.success ? [{ name: lease.slice(MEMBER_KIND.length + 1), ...parsed.data }] : [];
  });
}

/** Who should take a station that nobody has; undefined without members. A full node does only when all are full. */
export function takerOf(station: string, members: readonly Member[]): Member | undefined {
  const staying = rendezvous(station, members.filter(({ isLeaving }) => !isLeaving));
  return staying.find(({ isFull }) => !isFull) ?? staying[0];
}

/** To whom its holder should give a station; undefined if it should keep it. */
export function heirOf(station: string, holder: string, members: readonly Member[]): Member | undefined {
  const isLeaving = members.some(({ name, isLeaving: leaves }) => name === holder && leaves);
  const first = isLeaving ? takerOf(station, members) : rendezvous(station, members.filter(({ isLeaving: leaves }) => !leaves))[0];
  // Load alone moves nothing: a node at its limit would give and take the same station in turns.
  return first === undefined || first.name === holder || (first.isFull && !isLeaving) ? undefined : first;
}

const HIGH = 0.85;
const LOW = 0.7;

/** Whether a node is full at this load, 0 to 1; with hysteresis. */
export function isFullAt(load: number, wasFull: boolean): boolean {
  return load > (wasFull ? LOW : HIGH);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
