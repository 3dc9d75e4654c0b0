/** Streams in this thread: the pipe of live streams, fed by files, all in one engine so that they share each step of the network. */
import { Observable, Subject, type Subscription } from 'rxjs';
import { embeddingOutputs } from '../../models/embedding.js';
import type { Manifest } from '../../models/manifest.js';
import { blockMs, outputCount } from '../../models/manifest.js';
import { Engine, type Classifier } from '../pipe/engine.js';
import { pipe } from '../pipe/pipeline.js';
import { Progress, type Chunk } from '../pipe/progress.js';
import type { SmoothedBlock } from '../pipe/prediction-messages.js';
import type { PipeSettings } from '../pipe/settings.js';
import type { AudioFormat } from '../protocol/audio-format.js';
import { encodeMessage, type EncodedMessage } from '../protocol/encoded-message.js';
import { ProtocolError } from '../protocol/errors.js';
import { macrotask } from '../shards/macrotask.js';
import type { ShardStream } from '../shards/shards.js';
import { SpectrumSums } from './spectrum.js';
import { TAGS_OF_A_FILE } from './stretches.js';

/** Blocks of a stream that may wait for the network before its file is read on. */
const MAX_UNSCORED_BLOCKS = 8;

export class LocalStreams {
  readonly #model: Manifest;
  readonly #settings: PipeSettings;
  readonly #engine: Engine;
  #fault: unknown;

  constructor(classifier: Classifier, model: Manifest, settings: PipeSettings) {
    this.#model = model;
    this.#settings = settings;
    this.#engine = new Engine(classifier, settings, macrotask, (error) => { this.#fault ??= error; });
  }

  /** What went wrong in the network; no file is to blame for it. */
  get fault(): unknown {
    return this.#fault;
  }

  /** Time spent in the network since the start, ms. */
  get modelMs(): number {
    return this.#engine.modelMs;
  }

  open(id: string, format: AudioFormat): LocalStream {
    return new LocalStream(id, format, this.#model, this.#engine, this.#settings);
  }
}

export class LocalStream implements ShardStream {
  readonly id: string;
  readonly messages$ = new Subject<EncodedMessage>();
  /** Sum of the embeddings of the blocks that count as music so far; of length 0 if the network gives none. */
  readonly embeddingSum: Float64Array;
  /** Of all sound so far; kept where the network gives an embedding, to tell copies among what is alike. */
  readonly spectrumSums: SpectrumSums;
  readonly #progress = new Progress();
  readonly #maxUnscoredMs: number;
  readonly #subscription: Subscription;
  #chunks: { next(chunk: Chunk): void; complete(): void } | undefined;

  constructor(id: string, format: AudioFormat, model: Manifest, engine: Engine, settings: PipeSettings) {
    this.id = id;
    this.#maxUnscoredMs = MAX_UNSCORED_BLOCKS * blockMs(model);
    const sum = this.embeddingSum = new Float64Array(embeddingOutputs(model));
    const first = outputCount(model);
    const spectrum = this.spectrumSums = new SpectrumSums(model.frontEnd.bands);
    const onBlock = ({ scores, shown }: SmoothedBlock): void => {
      if (shown.countsAsMusic) for (let index = 0; index < sum.length; index += 1) sum[index]! += scores[first + index]!;
    };
    const chunk$ = new Observable<Chunk>((subscriber) => { this.#chunks = subscriber; });
    // Paced: its blocks wait for those of the other files, which makes the batches full.
    this.#subscription = pipe(chunk$, { format, model, engine, settings, progress: this.#progress, isPaced: true, ...(model.tags && { tags: TAGS_OF_A_FILE }), ...(sum.length > 0 && { onBlock, onColumns: ({ cells, rmsDb }) => spectrum.push(cells, rmsDb) }) }).subscribe({
      next: (message) => this.messages$.next(message),
      error: (error: unknown) => {
        if (!(error instanceof ProtocolError)) return this.messages$.error(error);
        this.messages$.next(encodeMessage({ type: 'error', code: error.code, message: error.message }));
        this.messages$.complete();
      },
      complete: () => this.messages$.complete(),
    });
  }

  send(bytes: Uint8Array): boolean {
    this.#chunks?.next({ bytes, arrivedAtMs: macrotask.now() });
    return !this.#isBehind;
  }

  async drained(): Promise<void> {
    while (this.#isBehind && !this.#subscription.closed) await new Promise((resolve) => setImmediate(resolve));
  }

  end(): void {
    this.#chunks?.complete();
  }

  reset(): void {
    throw new Error('A file is one piece of sound.');
  }

  close(): void {
    this.#subscription.unsubscribe();
    this.messages$.complete();
  }

  get #isBehind(): boolean {
    return this.#progress.blockedMs - this.#progress.scoredMs > this.#maxUnscoredMs;
  }
}
