/** A message of the server as JSON text, encoded once for however many connections receive it. */
import type { ServerMessage } from './messages.js';

/** A message ready to send. */
export interface EncodedMessage {
  readonly type: ServerMessage['type'];
  readonly json: string;
}

export function encodeMessage(message: ServerMessage): EncodedMessage {
  return { type: message.type, json: JSON.stringify(message) };
}
