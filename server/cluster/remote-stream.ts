/** A stream of another node for the viewers of this one: received once, whatever number of them there is. */
import { Observable, Subject, type Subscription } from 'rxjs';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';
import type { Watchable } from '../streams/elsewhere.js';

/** Where a stream is published. */
export interface Place {
  /** Session of the node that has it. */
  readonly owner: string;
  readonly key: number;
}

export class RemoteStream implements Watchable {
  readonly id: string;
  readonly isElsewhere = false;
  /** Where it comes from; undefined while it is looked for, and while this node has it itself. */
  place: Place | undefined;
  /** What is subscribed to there. */
  received: Subscription | undefined;
  /** Ends the subscription of `columns`. */
  endColumns: (() => void) | undefined;
  /** A node that has it too, but without its sender: taken if no other answers. */
  second: Place | undefined;
  /** When the search for it began or it was opened, and when the search ends. */
  sinceMs: number;
  untilMs: number;
  /** Renewals in a row without an answer. */
  unanswered = 0;
  readonly #messages = new Subject<EncodedMessage>();
  readonly #changed: (stream: RemoteStream) => void;
  #greeting: EncodedMessage[] = [];
  #isOpen = false;
  /** Where it was before the search. */
  #last: Place | undefined;
  #hasBegun: boolean;
  #isStation: boolean;
  #isTold = false;
  #viewers = 0;
  #withColumns = 0;
  #waiting: (() => void)[] = [];

  /**
   * @param before what its viewers watched until now, if they come from another stream
   * @param changed called when viewers came or went
   */
  constructor(id: string, nowMs: number, untilMs: number, changed: (stream: RemoteStream) => void, before?: Pick<Watchable, 'greeting'>) {
    this.id = id;
    this.sinceMs = nowMs;
    this.untilMs = untilMs;
    this.#changed = changed;
    this.#hasBegun = before !== undefined;
    this.#isStation = (before?.greeting.length ?? 0) > 1;
  }

  /** Its messages come. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** It was open once, or its viewers watched it before. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get viewers(): number {
    return this.#viewers;
  }

  get wantsColumns(): boolean {
    return this.#withColumns > 0;
  }

  get greeting(): readonly EncodedMessage[] {
    return this.#isOpen ? this.#greeting : [];
  }

  watch(wantsColumns: boolean): Observable<EncodedMessage> {
    return new Observable((subscriber) => {
      const count = (by: number): void => {
        this.#viewers += by;
        if (wantsColumns) this.#withColumns += by;
        this.#changed(this);
      };
      subscriber.add(this.#messages.subscribe(subscriber));
      if (subscriber.closed) return;
      count(1);
      subscriber.add(() => count(-1));
    });
  }

  /** Resolves when it is open, or has ended before. */
  opened(): Promise<void> {
    return this.#isOpen ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /**
   * Its messages come from now on.
   * @param greeting what a new viewer gets
   * @param atMs stream time
   */
  open(greeting: readonly EncodedMessage[], atMs: number, nowMs: number): void {
    const isSame = this.place !== undefined && this.#last?.owner === this.place.owner && this.#last.key === this.place.key;
    this.#last = this.place;
    this.#greeting = [...greeting];
    this.#isStation = greeting.length > 1;
    this.#isOpen = true;
    this.#isTold = false;
    this.unanswered = 0;
    this.second = undefined;
    this.sinceMs = nowMs;
    // Those who are here already are told as after any change of what scores the stream.
    if (this.#hasBegun && !isSame) {
      this.#messages.next(greeting[0]!);
      this.#messages.next(encodeMessage({ type: 'restarted', atMs }));
    }
    if (this.#hasBegun && greeting[1]) this.#messages.next(greeting[1]);
    this.#hasBegun = true;
    this.#settle();
  }

  push(message: EncodedMessage): void {
    if (!this.#isOpen) return;
    if (message.type === 'ready') this.#greeting[0] = message;
    else if (message.type === 'station') this.#greeting[1] = message;
    this.#messages.next(message);
  }

  /** It does not come from there any more. */
  lose(nowMs: number, untilMs: number): void {
    this.#leavePlace();
    this.#isOpen = false;
    this.sinceMs = nowMs;
    this.untilMs = untilMs;
  }

  /** Viewers of a station are told that it is looked for. */
  tellSearch(nowMs: number): void {
    if (this.#isTold || !this.#isStation) return;
    this.#isTold = true;
    this.#messages.next(encodeMessage({ type: 'station', state: 'connecting', since: new Date(nowMs).toISOString(), nowPlaying: null, reason: 'The node that listened to it does not answer; another one takes over.' }));
  }

  /** Its end. @param last error for its viewers */
  finish(last?: EncodedMessage): void {
    this.#leavePlace();
    this.#isOpen = false;
    if (last) this.#messages.next(last);
    this.#messages.complete();
    this.#settle();
  }

  #leavePlace(): void {
    this.received?.unsubscribe();
    this.endColumns?.();
    this.place = this.received = this.endColumns = this.second = undefined;
    this.unanswered = 0;
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
