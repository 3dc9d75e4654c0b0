/** Version of the protocol; another version would get another path. */

export const SUBPROTOCOL = 'livegenre.v1';
export const PROTOCOL_VERSION = 1;
