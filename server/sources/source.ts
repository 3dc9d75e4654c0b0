/**
 * Interface of live audio sources: a name, a format and bytes. (Files are decoded faster than they
 * are scored, so they are pulled instead: `file.ts`.)
 */
import type { Observable } from 'rxjs';
import type { AudioFormat } from '../protocol/audio-format.js';

export interface Source {
  /** Display name, at most 100 characters. */
  readonly name: string;
  readonly format: AudioFormat;
  /**
   * Cold: each subscription plays from the start, and unsubscribing stops the source. The subscriber
   * owns each chunk and may transfer it. Completes at the end of the audio; errors with a message
   * that gives the cause.
   */
  readonly bytes$: Observable<Uint8Array>;
}
