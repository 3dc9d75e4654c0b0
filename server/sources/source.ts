/**
 * What a live source of sound gives to the pipe: a name, a format, bytes. Nothing more. (A file can
 * come faster than it is scored, and is pulled instead: `file.ts`.)
 */
import type { Observable } from 'rxjs';
import type { AudioFormat } from '../protocol/audio-format.js';

export interface Source {
  /** Shown to people, at most 100 characters. */
  readonly name: string;
  readonly format: AudioFormat;
  /**
   * Cold: each subscription plays from the start, unsubscribing ends whatever feeds it. A chunk is
   * the subscriber's to keep and to transfer. Completes at the end of the sound; errors with a
   * sentence that says what is wrong with it.
   */
  readonly bytes$: Observable<Uint8Array>;
}
