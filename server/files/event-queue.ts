/**
 * Server-sent events (WHATWG HTML, section 9.2) for one reader, with a bounded queue: what is sent can wait for the
 * reader, or leave out what is replaced soon.
 */
import type { SchedulerLike } from 'rxjs';

const ENCODER = new TextEncoder();

export interface EventQueueOptions {
  /** Bytes above which the queue is full. */
  readonly maxBytes: number;
  /** How long a full queue waits for its reader before it is closed, ms. */
  readonly timeoutMs: number;
  readonly scheduler: SchedulerLike;
  /** The reader has gone. */
  readonly onCancel?: () => void;
}

export class EventQueue {
  /** The body of the response. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #options: EventQueueOptions;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(options: EventQueueOptions) {
    this.#options = options;
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#wake(),
      cancel: () => {
        this.#isClosed = true;
        this.#wake();
        options.onCancel?.();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: options.maxBytes }));
  }

  get isFull(): boolean {
    return !this.#isClosed && (this.#controller.desiredSize ?? 0) <= 0;
  }

  /** @param json the data, one line */
  send(type: string, json: string): void {
    if (!this.#isClosed) this.#controller.enqueue(ENCODER.encode(`event: ${type}\ndata: ${json}\n\n`));
  }

  /** Resolves when the queue is not full; a reader that takes too long is left behind. */
  async drained(): Promise<void> {
    if (!this.isFull) return;
    const { scheduler, timeoutMs } = this.#options;
    const late = scheduler.schedule(() => this.close(), timeoutMs);
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    late.unsubscribe();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#controller.close();
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
