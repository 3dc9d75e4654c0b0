/**
 * Streams of other nodes that viewers of this node watch: finds the node that has a stream, says to it
 * again every few seconds that the stream is watched, and looks for it anew when that node is gone.
 */
import { asyncScheduler, interval, Subscription, type SchedulerLike } from 'rxjs';
import { encodeMessage } from '../protocol/encoded-message.js';
import { ProtocolError } from '../protocol/errors.js';
import type { StreamInfo } from '../protocol/messages.js';
import type { Elsewhere, Watchable } from '../streams/elsewhere.js';
import type { Streams } from '../streams/streams.js';
import type { Bus, BusMessage } from './bus.js';
import { found, letGone, listed, messageToViewers, parsed, PER_MESSAGE, watched, type Find, type LetGo, type List, type Watch } from './bus-messages.js';
import { LEASE_TIMES } from './lease.js';
import { RemoteStream, type Place } from './remote-stream.js';
import type { StreamSubjects } from './stream-subjects.js';

export interface RemoteStreamsOptions {
  readonly bus: Bus;
  readonly subjects: StreamSubjects;
  /** Of this node. */
  readonly session: string;
  readonly streams: Pick<Streams, 'get'>;
  /** Number of the other nodes, as far as this one knows. */
  readonly others: () => number;
  /** For how long a stream is looked for whose node is gone. */
  readonly searchMs: number;
  readonly scheduler?: SchedulerLike;
}

/** For how long a stream is looked for that a viewer asks for. */
const ANSWER_MS = LEASE_TIMES.answerMs;
/** A sender that resumes waits so long for the node that had its stream: that one lets it go later, too. */
const TAKE_OVER_MS = 500;
/** After this time a node that has the stream without its sender will do. */
const SECOND_CHOICE_MS = 200;
const LIST_MS = 500;
const LOOK_EVERY_MS = 500;
const LOOKS_PER_RENEWAL = 4;
/** A node that leaves so many renewals in a row unanswered is gone. */
const MAX_UNANSWERED = 2;
/** A search that is over sooner is not told. */
const TOLD_AFTER_MS = 1500;
/** A stream without viewers is kept for so long: its first one is still connecting. */
const UNWATCHED_MS = 5000;
/** Streams that viewers ask for, at once. */
const MAX_ASKED = 1000;

export class RemoteStreams implements Elsewhere {
  readonly #options: RemoteStreamsOptions;
  readonly #scheduler: SchedulerLike;
  readonly #owned = new Subscription();
  readonly #byId = new Map<string, RemoteStream>();
  /** Those who wait for what a node says of a stream, or for it to be let go. */
  readonly #asking = new Map<string, Set<(info: StreamInfo | undefined) => void>>();
  readonly #taking = new Map<string, Set<() => void>>();
  /** Lists that are asked for now, with and without streams of clients. */
  readonly #listing = new Map<boolean, Promise<readonly StreamInfo[]>>();
  #listed: ((text: string) => void) | undefined;
  #looks = 0;

  constructor(options: RemoteStreamsOptions) {
    this.#options = options;
    const { bus, subjects, session, scheduler = asyncScheduler } = options;
    this.#scheduler = scheduler;
    this.#owned.add(bus.subscribe(subjects.found(session), (message) => this.#onFound(message)));
    this.#owned.add(bus.subscribe(subjects.watched(session, '*'), (message) => this.#onWatched(message)));
    this.#owned.add(bus.subscribe(subjects.listed(session), ({ text }) => this.#listed?.(text)));
    this.#owned.add(bus.subscribe(subjects.letGone(session), ({ subject, text }) => {
      const answer = parsed(letGone, text);
      if (!answer) return bus.ignore(subject);
      for (const resolve of this.#taking.get(answer.id) ?? []) resolve();
    }));
    this.#owned.add(bus.connected$.subscribe((isConnected) => {
      if (isConnected) return this.#look();
      for (const stream of this.#byId.values()) if (stream.place) this.#lose(stream);
    }));
    this.#owned.add(interval(LOOK_EVERY_MS, scheduler).subscribe(() => {
      this.#look();
      if (this.#looks++ % LOOKS_PER_RENEWAL === 0) this.#renewAll();
    }));
  }

  /** Streams that this node receives. */
  get size(): number {
    return [...this.#byId.values()].filter(({ place }) => place).length;
  }

  async watch(id: string): Promise<Watchable | undefined> {
    const known = this.#byId.get(id);
    if (known) {
      await known.opened();
      return this.#byId.get(id);
    }
    this.#checkMayAsk(id);
    const stream = this.#add(id, Infinity);
    this.#find([id]);
    this.#after(SECOND_CHOICE_MS, () => this.#takeSecond(stream));
    // Many viewers that come at once keep the thread busy: what has arrived by then is read first.
    this.#after(ANSWER_MS, () => void this.#after(0, () => this.#giveUp(stream, true)));
    await stream.opened();
    return this.#byId.get(id);
  }

  follow(before: Pick<Watchable, 'id' | 'greeting'>): Watchable {
    const known = this.#byId.get(before.id);
    if (known) return known;
    const stream = this.#add(before.id, this.#options.searchMs, before);
    this.#find([before.id]);
    return stream;
  }

  takeOver(id: string): Promise<void> {
    const { bus, subjects, session } = this.#options;
    this.taken(id, session);
    if (!bus.isConnected) return Promise.resolve();
    return this.#answered(this.#taking, id, TAKE_OVER_MS, () => bus.publish(subjects.letGo, JSON.stringify({ from: session, id } satisfies LetGo), subjects.letGone(session)));
  }

  async info(id: string): Promise<StreamInfo | undefined> {
    this.#checkMayAsk(id);
    return this.#answered(this.#asking, id, ANSWER_MS, () => this.#find([id], true));
  }

  /** One question at a time, shared by all who ask the same meanwhile. */
  list(clients: boolean): Promise<readonly StreamInfo[]> {
    const known = this.#listing.get(clients);
    if (known) return known;
    const before = [...this.#listing.values()];
    const asked = Promise.all(before).then(() => this.#askForLists(clients)).finally(() => this.#listing.delete(clients));
    this.#listing.set(clients, asked);
    return asked;
  }

  /** A client has resumed the stream at the node of this session: what another one still says of it is old. */
  taken(id: string, session: string): void {
    const stream = this.#byId.get(id);
    if (stream?.isOpen && stream.place?.owner !== session) this.#lose(stream);
  }

  /** Its viewers are told to connect to another node. */
  close(): void {
    this.#owned.unsubscribe();
    const last = encodeMessage({ type: 'error', code: 'going-away', message: 'The server is shutting down. Connect again.' });
    for (const stream of this.#byId.values()) {
      this.#tellOwner(stream, 0);
      stream.finish(last);
    }
    this.#byId.clear();
  }

  #add(id: string, searchMs: number, before?: Pick<Watchable, 'greeting'>): RemoteStream {
    const nowMs = this.#scheduler.now();
    const stream = new RemoteStream(id, nowMs, nowMs + searchMs, (each) => this.#onViewers(each), before);
    this.#byId.set(id, stream);
    return stream;
  }

  /** @throws ProtocolError `going-away`, `too-many-viewers` */
  #checkMayAsk(id: string): void {
    if (!/^[\w.-]{1,100}$/.test(id)) throw new ProtocolError('not-found', 'No stream has such an id; GET /v1/streams lists those that are running.');
    if (!this.#options.bus.isConnected) throw new ProtocolError('going-away', 'This node can not ask the others for the stream at the moment. Try again.');
    if ([...this.#byId.values()].filter(({ isOpen }) => !isOpen).length + this.#asking.size >= MAX_ASKED) throw new ProtocolError('too-many-viewers', 'Too many streams are looked for at the moment. Try again later.');
  }

  #askForLists(clients: boolean): Promise<readonly StreamInfo[]> {
    const { bus, subjects, session, others } = this.#options;
    if (!bus.isConnected || others() === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      const streams: StreamInfo[] = [];
      let answers = 0;
      const settle = (): void => {
        this.#listed = undefined;
        timeout.unsubscribe();
        resolve(streams);
      };
      const timeout = this.#after(LIST_MS, settle);
      this.#listed = (text) => {
        const answer = parsed(listed, text);
        if (!answer) return bus.ignore(subjects.listed(session));
        streams.push(...answer.streams);
        if (answer.isLast && ++answers >= others()) settle();
      };
      bus.publish(subjects.list, JSON.stringify({ from: session, clients } satisfies List));
    });
  }

  /** Nobody has the stream; who says so, but does not open it, has the same time again. */
  #giveUp(stream: RemoteStream, mayWait: boolean): void {
    if (stream.hasBegun || this.#byId.get(stream.id) !== stream) return;
    if (mayWait && stream.place) return void this.#after(ANSWER_MS, () => this.#giveUp(stream, false));
    this.#byId.delete(stream.id);
    stream.finish();
  }

  #find(ids: readonly string[], info = false): void {
    const { bus, subjects, session } = this.#options;
    for (let first = 0; first < ids.length; first += PER_MESSAGE) {
      bus.publish(subjects.find, JSON.stringify({ from: session, ids: ids.slice(first, first + PER_MESSAGE), ...(info && { info }) } satisfies Find));
    }
  }

  #onFound({ subject, text }: BusMessage): void {
    const answer = parsed(found, text);
    if (!answer) return this.#options.bus.ignore(subject);
    for (const { id, key, connected, info } of answer.streams) {
      if (info) for (const resolve of this.#asking.get(id) ?? []) resolve(info);
      const stream = this.#byId.get(id);
      if (!stream || stream.isOpen || stream.place) continue;
      const place = { owner: answer.from, key };
      if (connected) this.#openAt(stream, place);
      else stream.second ??= place;
    }
  }

  #takeSecond(stream: RemoteStream): void {
    if (stream.second && !stream.place && !stream.isOpen) this.#openAt(stream, stream.second);
  }

  #openAt(stream: RemoteStream, place: Place): void {
    const { bus, subjects } = this.#options;
    stream.place = place;
    stream.sinceMs = this.#scheduler.now();
    stream.received = new Subscription(bus.subscribe(subjects.stream(place.owner, place.key), (message) => this.#receive(stream, message)));
    this.#followColumns(stream);
    // After the subscription, so that nothing is missed between the answer and the next message.
    this.#tellOwner(stream, Math.max(1, stream.viewers), true);
  }

  #receive(stream: RemoteStream, { subject, text }: BusMessage): void {
    const message = messageToViewers(text);
    if (!message) return this.#options.bus.ignore(subject);
    if (message.type !== 'end') return stream.push(message);
    if (message.moved) return this.#lose(stream);
    this.#byId.delete(stream.id);
    stream.finish();
  }

  #onWatched({ subject, text, isNobody }: BusMessage): void {
    const { bus } = this.#options;
    const owner = subject.slice(subject.lastIndexOf('.') + 1);
    const theirs = [...this.#byId.values()].filter(({ place }) => place?.owner === owner);
    if (isNobody) return theirs.forEach((stream) => this.#lose(stream));
    const answer = parsed(watched, text);
    if (!answer) return bus.ignore(subject);
    const byKey = new Map(theirs.map((stream) => [stream.place!.key, stream]));
    for (const stream of theirs) stream.unanswered = 0;
    for (const key of answer.gone) {
      const stream = byKey.get(key);
      if (stream) this.#lose(stream);
    }
    for (const { key, atMs, greeting } of answer.opened) {
      const stream = byKey.get(key);
      if (!stream || stream.isOpen) continue;
      const messages = greeting.map(messageToViewers);
      const [ready, station] = messages;
      if (ready?.type !== 'ready' || (station && station.type !== 'station')) bus.ignore(subject);
      else stream.open(station ? [ready, station] : [ready], atMs, this.#scheduler.now());
    }
  }

  /** Looks for what is not open, and ends what was not found in time. */
  #look(): void {
    const nowMs = this.#scheduler.now();
    const sought: string[] = [];
    for (const stream of [...this.#byId.values()]) {
      if (stream.isOpen) continue;
      // No answer came to the request to open it there.
      if (stream.place && nowMs - stream.sinceMs > ANSWER_MS) this.#lose(stream, stream.untilMs);
      if (this.#openHere(stream)) continue;
      if (nowMs >= stream.untilMs) {
        this.#byId.delete(stream.id);
        stream.finish(this.#notFound());
        continue;
      }
      if (nowMs - stream.sinceMs > TOLD_AFTER_MS) stream.tellSearch(nowMs);
      this.#takeSecond(stream);
      if (!stream.place) sought.push(stream.id);
    }
    this.#find(sought);
  }

  /** This node has the stream itself by now. */
  #openHere(stream: RemoteStream): boolean {
    const here = this.#options.streams.get(stream.id);
    if (!here || here.isEnding) return false;
    stream.lose(stream.sinceMs, stream.untilMs);
    stream.received = here.watch().subscribe({
      next: (message) => stream.push(message),
      complete: () => {
        if (here.isElsewhere) return this.#lose(stream);
        this.#byId.delete(stream.id);
        stream.finish();
      },
    });
    stream.open(here.greeting, here.info().durationMs, this.#scheduler.now());
    return true;
  }

  #notFound(): ReturnType<typeof encodeMessage> {
    return this.#options.bus.isConnected
      ? encodeMessage({ type: 'error', code: 'not-found', message: 'The node that had this stream is gone, and the stream did not come back on another one.' })
      : encodeMessage({ type: 'error', code: 'going-away', message: 'This node can not reach the others. Connect again.' });
  }

  #lose(stream: RemoteStream, untilMs = this.#scheduler.now() + this.#options.searchMs): void {
    stream.lose(this.#scheduler.now(), untilMs);
    this.#find([stream.id]);
  }

  #renewAll(): void {
    const nowMs = this.#scheduler.now();
    const byOwner = new Map<string, RemoteStream[]>();
    for (const stream of [...this.#byId.values()]) {
      const { place } = stream;
      if (stream.viewers === 0 && nowMs - stream.sinceMs > UNWATCHED_MS) this.#drop(stream);
      else if (place && stream.isOpen && stream.unanswered++ >= MAX_UNANSWERED) this.#lose(stream);
      else if (place && stream.isOpen) byOwner.set(place.owner, [...byOwner.get(place.owner) ?? [], stream]);
    }
    for (const [owner, streams] of byOwner) {
      for (let first = 0; first < streams.length; first += PER_MESSAGE) {
        this.#tell(owner, streams.slice(first, first + PER_MESSAGE).map((stream) => ({ key: stream.place!.key, viewers: Math.max(1, stream.viewers), columns: stream.wantsColumns, isNew: false })));
      }
    }
  }

  #tellOwner({ place, wantsColumns }: RemoteStream, viewers: number, isNew = false): void {
    if (place) this.#tell(place.owner, [{ key: place.key, viewers, columns: wantsColumns, isNew }]);
  }

  #tell(owner: string, streams: Watch['streams']): void {
    const { bus, subjects, session } = this.#options;
    bus.publish(subjects.watch(owner), JSON.stringify({ from: session, streams } satisfies Watch), subjects.watched(session, owner));
  }

  #onViewers(stream: RemoteStream): void {
    if (this.#byId.get(stream.id) !== stream) return;
    if (stream.viewers === 0) this.#drop(stream);
    else if (this.#followColumns(stream)) this.#tellOwner(stream, stream.viewers);
  }

  /** @returns whether something changed */
  #followColumns(stream: RemoteStream): boolean {
    const { bus, subjects } = this.#options;
    const { place } = stream;
    if (!place || stream.wantsColumns === (stream.endColumns !== undefined)) return false;
    stream.endColumns?.();
    stream.endColumns = stream.wantsColumns ? bus.subscribe(subjects.columns(place.owner, place.key), (message) => this.#receive(stream, message)) : undefined;
    return true;
  }

  /** Nobody watches it any more. */
  #drop(stream: RemoteStream): void {
    this.#byId.delete(stream.id);
    this.#tellOwner(stream, 0);
    stream.finish();
  }

  /** Resolves with the first answer about a stream, or without one. */
  #answered<T>(waiting: Map<string, Set<(answer: T | undefined) => void>>, id: string, withinMs: number, ask: () => void): Promise<T | undefined> {
    return new Promise((resolve) => {
      const all = waiting.get(id) ?? new Set();
      waiting.set(id, all);
      const settle = (answer?: T): void => {
        all.delete(settle);
        if (all.size === 0) waiting.delete(id);
        timeout.unsubscribe();
        resolve(answer);
      };
      all.add(settle);
      const timeout = this.#after(withinMs, () => settle());
      ask();
    });
  }

  #after(ms: number, work: () => void): Subscription {
    return this.#scheduler.schedule(() => work(), ms);
  }
}
