/** Decodes the base64 arrays of a `columns` message. */
import type { Columns } from '../../server/protocol/messages.js';

export interface DecodedColumns {
  /** [columns × bands], time-major; dB = value / 2 - 80. */
  readonly levels: Uint8Array;
  /** [points × (lowest, highest sample)], × 127. */
  readonly peaks: Int8Array;
}

export function decodeColumns(message: Columns): DecodedColumns {
  return { levels: fromBase64(message.levels), peaks: new Int8Array(fromBase64(message.peaks).buffer) };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < characters.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
