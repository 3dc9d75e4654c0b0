/** The protocol's version: a second one would be a second path. */

export const SUBPROTOCOL = 'livegenre.v1';
export const PROTOCOL_VERSION = 1;
