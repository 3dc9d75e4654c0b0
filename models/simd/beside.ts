/** Layers of `layers/descriptor.ts`, which listen to the sound itself: plain loops, as there. */
import type { Listener } from '../layers/descriptor.js';
import type { Rows } from './rows.js';
import type { Batch, Stage } from './stage.js';

/** What the network is given, as the first layer's kernel wants it. */
export interface Sound {
  readonly values: Float32Array;
  /** Where a column of a stream begins. */
  startOf(column: number, stream: number, streams: number): number;
}

export class BesideStage implements Stage {
  readonly #listener: Listener;
  readonly #stride: number;
  readonly #sound: () => Sound;
  readonly #rows: Rows;
  readonly #at: number;
  readonly #stateAt: number;
  readonly #stateLength: number;

  /** @param values that it puts into the rows; @param stateAt where the layer's state begins in a stream's */
  constructor(listener: Listener, values: number, stride: number, sound: () => Sound, rows: Rows, stateAt: number, stateLength: number) {
    this.#listener = listener;
    this.#stride = stride;
    this.#sound = sound;
    this.#rows = rows;
    this.#at = rows.append(values);
    this.#stateAt = stateAt;
    this.#stateLength = stateLength;
  }

  reserve(): void {}

  run({ states, first, streams, columns }: Batch): void {
    const sound = this.#sound();
    const { values, width } = this.#rows;
    for (let stream = 0; stream < streams; stream++) {
      const state = states[first + stream]!.subarray(this.#stateAt, this.#stateAt + this.#stateLength);
      for (let column = 0; column < columns; column++) {
        this.#listener.hear(sound.values, sound.startOf(column, stream, streams), state);
        if ((column + 1) % this.#stride === 0) this.#listener.tell(state, values, (((column + 1) / this.#stride - 1) * streams + stream) * width + this.#at);
      }
    }
  }
}
