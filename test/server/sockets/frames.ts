/** Frames of WebSockets as bytes (RFC 6455, section 5.2), valid or not, and the request before them. */

/** An upgrade to a new stream. */
export const UPGRADE = ['GET /v1/stream HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', ''].join('\r\n');

export interface FrameOptions {
  readonly fin?: boolean;
  /** RSV1 to RSV3, 0 to 7. */
  readonly reserved?: number;
  readonly mask?: boolean;
  /** Bytes of the extended length; the shortest that does by default. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** The length that the header says, where it is another than the payload's. */
  readonly length?: number;
}

const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** @param opcode 0: continuation, 1: text, 2: binary, 8: close, 9: ping, 10: pong; others are reserved */
export function frame(opcode: number, payload: Uint8Array, { fin = true, reserved = 0, mask = true, length = payload.length, lengthBytes = length < 126 ? 0 : length < 65536 ? 2 : 8 }: FrameOptions = {}): Buffer {
  const header = Buffer.alloc(2 + lengthBytes);
  header[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  header[1] = (mask ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) header.writeUInt16BE(length, 2);
  if (lengthBytes === 8) header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat(mask ? [header, MASK, payload.map((byte, index) => byte ^ MASK[index % 4]!)] : [header, payload]);
}
