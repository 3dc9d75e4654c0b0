/** `livegenre/client`: the SDK for browsers; `node.ts` is the same with `ws` as the WebSocket. */

export { GenreClient, type GenreClientOptions } from './client.js';
export { LocalClassifier, type LocalClassifierOptions } from '../device/local-classifier.js';
export { GenreViewer, type GenreViewerOptions } from './viewer.js';
export { StationsViewer, type StationsEvents, type StationsViewerOptions } from './stations-viewer.js';
export type { Continued, Events, StreamEvents } from './events.js';
export { GenreError } from './connection-errors.js';
export { decodeColumns, type DecodedColumns } from './columns.js';
export { preferSocket, type Socket, type SocketConstructor } from './socket.js';
export type { ConnectionOptions, ConnectionState, Token } from './connection.js';
export type { Backoff } from './backoff.js';
export type { Clock } from './clock.js';
export type { AudioFormat } from '../../server/protocol/audio-format.js';
export type { ErrorCode } from '../../server/protocol/errors.js';
export type { Columns, ModelInfo, Prediction, Ready, Restarted, Segment, StationGlance, StationMessage, StationsMessage, StationState, StreamInfo, StreamState, Summary } from '../../server/protocol/messages.js';
