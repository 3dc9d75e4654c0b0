/** Streams that run on other nodes of the same service, as this node's viewers and senders need them. */
import type { Observable } from 'rxjs';
import type { EncodedMessage } from '../protocol/encoded-message.js';
import type { StreamInfo } from '../protocol/messages.js';

/** What a viewer watches: a stream of this node or of another one. */
export interface Watchable {
  readonly id: string;
  /** Messages for a viewer that begins now: `ready`, then a station's state; none while the stream is looked for. */
  readonly greeting: readonly EncodedMessage[];
  /** It ended here because another node goes on with it. */
  readonly isElsewhere: boolean;
  /** Hot: the messages for one viewer, who is counted while subscribed. Completes at the end of the stream. */
  watch(wantsColumns: boolean): Observable<EncodedMessage>;
}

export interface Elsewhere {
  /**
   * Looks for a stream on the other nodes, for 1.5 s at most.
   * @returns undefined if none has it
   * @throws ProtocolError `going-away` while the nodes can not be reached, `too-many-viewers` when too many streams are looked for
   */
  watch(id: string): Promise<Watchable | undefined>;
  /** A stream that has just left this node: it is looked for as long as it may come back. Undefined if nodes can not watch each other's streams. */
  follow(before: Pick<Watchable, 'id' | 'greeting'>): Watchable | undefined;
  /** A client has proven that the stream is its own: whichever node has it lets it go. Resolves within 0.5 s in any case. */
  takeOver(id: string): Promise<void>;
  /**
   * Streams of the other nodes, without their demos, of those that answer within 0.5 s.
   * @param clients whether those of clients, too
   */
  list(clients: boolean): Promise<readonly StreamInfo[]>;
  /** @returns undefined if no other node has it. @throws ProtocolError as `watch` */
  info(id: string): Promise<StreamInfo | undefined>;
}
