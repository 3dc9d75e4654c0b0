/** Messages between the main thread and the thread that explains. */
import type { Bundle } from '../../models/model-folder.js';
import type { Backend } from '../../models/tensorflow/backend.js';
import type { Explanation } from '../protocol/messages.js';

/** `workerData` of the thread. */
export interface ExplainStart {
  readonly bundle: Bundle;
  readonly backend: Backend | undefined;
  /** URL of the module that exports `startClassifier`. */
  readonly classifier: string;
}

/** A stretch to be explained. */
export interface ExplainRequest {
  /** [columns × bands] level bytes; the first column begins a block. */
  readonly levels: Uint8Array;
  readonly fromColumn: number;
  readonly toColumn: number;
  /** The best one unless given. */
  readonly genre: string | undefined;
}

export type ToExplainer = { readonly type: 'explain'; readonly id: number; readonly request: ExplainRequest } | { readonly type: 'stop'; readonly id: number };

/** `explanation` is undefined where there is no sound; `reason` says why it failed. */
export interface FromExplainer {
  readonly id: number;
  readonly explanation?: Explanation | undefined;
  readonly reason?: string;
}
