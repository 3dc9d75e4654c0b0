/** The header `Range` with one range of bytes (RFC 9110, 14.2); several ranges and other units count as none. */

export interface ByteRange {
  /** Both included. */
  readonly from: number;
  readonly to: number;
}

/**
 * @param header of the request
 * @param size of the whole, bytes
 * @returns undefined if the whole is to be sent, 'unsatisfiable' if nothing of it lies in the range
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') return Number(last) === 0 || size === 0 ? 'unsatisfiable' : { from: Math.max(0, size - Number(last)), to: size - 1 };
  const from = Number(first);
  if (last !== '' && Number(last) < from) return undefined;
  if (from >= size) return 'unsatisfiable';
  return { from, to: last === '' ? size - 1 : Math.min(size - 1, Number(last)) };
}
