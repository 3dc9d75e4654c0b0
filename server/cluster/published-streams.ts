/**
 * Streams of this node that other nodes watch: says which it has, and publishes each message of a stream
 * once while at least one of them has viewers of it.
 */
import { asyncScheduler, interval, Subscription, type SchedulerLike } from 'rxjs';
import type { StreamInfo } from '../protocol/messages.js';
import type { Stream } from '../streams/stream.js';
import type { Streams } from '../streams/streams.js';
import type { Bus, BusMessage } from './bus.js';
import { find, letGo, list, parsed, watch, type End, type Found, type LetGone, type Listed, type Watched } from './bus-messages.js';
import { Interest, type Wanted } from './interest.js';
import type { StreamSubjects } from './stream-subjects.js';

export interface PublishedStreamsOptions {
  readonly bus: Bus;
  readonly subjects: StreamSubjects;
  /** Of this node. */
  readonly session: string;
  readonly streams: Pick<Streams, 'get' | 'list'>;
  /** A client has resumed the stream with this id at the node of another session. */
  readonly onTaken?: (id: string, session: string) => void;
  readonly scheduler?: SchedulerLike;
}

interface Published {
  readonly key: number;
  readonly stream: Stream;
  wanted: Wanted;
}

/** Descriptions have some hundred bytes each. */
const LISTED_PER_MESSAGE = 250;
const EXPIRE_EVERY_MS = 1000;

export class PublishedStreams {
  readonly #options: PublishedStreamsOptions;
  readonly #owned = new Subscription();
  readonly #interest: Interest;
  readonly #byKey = new Map<number, Published>();
  readonly #byStream = new Map<Stream, Published>();
  #nextKey = 1;

  constructor(options: PublishedStreamsOptions) {
    this.#options = options;
    const { bus, subjects, session, scheduler = asyncScheduler } = options;
    this.#interest = new Interest(() => scheduler.now(), (key, wanted) => this.#want(key, wanted));
    this.#owned.add(bus.subscribe(subjects.find, (message) => this.#find(message)));
    this.#owned.add(bus.subscribe(subjects.list, (message) => this.#list(message)));
    this.#owned.add(bus.subscribe(subjects.watch(session), (message) => this.#watch(message)));
    this.#owned.add(bus.subscribe(subjects.letGo, (message) => this.#letGo(message)));
    this.#owned.add(interval(EXPIRE_EVERY_MS, scheduler).subscribe(() => this.#interest.expire()));
  }

  /** Streams that are published now. */
  get size(): number {
    return this.#interest.size;
  }

  /** Leaves: whoever watches a stream looks for it elsewhere. */
  close(): void {
    for (const published of this.#byKey.values()) this.#tellEnd(published, true);
    this.#owned.unsubscribe();
    this.#byKey.clear();
    this.#byStream.clear();
  }

  #find({ text }: BusMessage): void {
    const { bus, subjects, session, streams } = this.#options;
    const asked = parsed(find, text);
    if (!asked) return bus.ignore(subjects.find);
    if (asked.from === session) return;
    const found = asked.ids.flatMap((id) => {
      const stream = streams.get(id);
      if (!stream || stream.isEnding || stream.source === 'demo') return [];
      const described: StreamInfo = stream.info();
      return [{ id, key: this.#publish(stream).key, connected: described.connected, ...(asked.info && { info: described }) }];
    });
    if (found.length > 0) bus.publish(subjects.found(asked.from), JSON.stringify({ from: session, streams: found } satisfies Found));
  }

  #list({ text }: BusMessage): void {
    const { bus, subjects, session, streams } = this.#options;
    const asked = parsed(list, text);
    if (!asked) return bus.ignore(subjects.list);
    if (asked.from === session) return;
    const shown = streams.list().filter(({ source }) => source === 'station' || (source === 'client' && asked.clients));
    for (let first = 0; first === 0 || first < shown.length; first += LISTED_PER_MESSAGE) {
      const answer: Listed = { streams: shown.slice(first, first + LISTED_PER_MESSAGE).map((stream) => stream.info()), isLast: first + LISTED_PER_MESSAGE >= shown.length };
      bus.publish(subjects.listed(asked.from), JSON.stringify(answer));
    }
  }

  #watch({ text, answer }: BusMessage): void {
    const { bus, subjects, session } = this.#options;
    const asked = parsed(watch, text);
    if (!asked) return bus.ignore(subjects.watch(session));
    const gone: number[] = [];
    const opened: Watched['opened'] = [];
    for (const { key, isNew, ...wanted } of asked.streams) {
      const published = this.#byKey.get(key);
      if (!published) {
        gone.push(key);
        continue;
      }
      this.#interest.renew(key, asked.from, wanted);
      const { stream } = published;
      if (isNew) opened.push({ key, atMs: stream.info().durationMs, greeting: stream.greeting.map(({ json }) => json) });
    }
    answer(JSON.stringify({ gone, opened } satisfies Watched));
  }

  #letGo({ text, answer }: BusMessage): void {
    const { bus, subjects, session, streams, onTaken } = this.#options;
    const asked = parsed(letGo, text);
    if (!asked) return bus.ignore(subjects.letGo);
    if (asked.from === session) return;
    onTaken?.(asked.id, asked.from);
    const stream = streams.get(asked.id);
    if (stream?.source !== 'client' || stream.isEnding) return;
    stream.letGo();
    answer(JSON.stringify({ id: asked.id } satisfies LetGone));
  }

  #publish(stream: Stream): Published {
    const known = this.#byStream.get(stream);
    if (known) return known;
    const { bus, subjects, session } = this.#options;
    const published: Published = { key: this.#nextKey++, stream, wanted: { viewers: 0, columns: false } };
    this.#byKey.set(published.key, published);
    this.#byStream.set(stream, published);
    const subject = subjects.stream(session, published.key);
    const columns = subjects.columns(session, published.key);
    this.#owned.add(stream.messages$.subscribe({
      next: ({ type, json }) => {
        if (published.wanted.viewers === 0) return;
        if (type !== 'columns') bus.publish(subject, json);
        else if (published.wanted.columns) bus.publish(columns, json);
      },
      complete: () => {
        this.#tellEnd(published, stream.isElsewhere);
        this.#byKey.delete(published.key);
        this.#byStream.delete(stream);
        this.#interest.forget(published.key);
      },
    }));
    return published;
  }

  #want(key: number, wanted: Wanted): void {
    const published = this.#byKey.get(key);
    if (!published) return;
    published.wanted = wanted;
    published.stream.viewersElsewhere = wanted.viewers;
  }

  #tellEnd({ key, wanted }: Published, moved: boolean): void {
    const { bus, subjects, session } = this.#options;
    if (wanted.viewers > 0) bus.publish(subjects.stream(session, key), JSON.stringify({ type: 'end', moved } satisfies End));
  }
}
