/** Version of the protocol; another version would get another path. */

export const SUBPROTOCOL = 'livegenre.v1';
/** A page hands over its short-lived token by offering this and the token as one more subprotocol; the server never selects it. */
export const SUBPROTOCOL_OF_TOKENS = 'livegenre.token.';
export const PROTOCOL_VERSION = 1;
