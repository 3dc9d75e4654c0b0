/**
 * Tries a station before it is saved: connects, listens for a few seconds and says what was heard.
 * Nothing of it is kept, and it is in no list.
 */
import { asyncScheduler, fromEvent, Subscription, timer, type Observable, type SchedulerLike } from 'rxjs';
import type { Prediction, SourceFormat, StationTrial } from '../protocol/messages.js';
import type { TrialStream } from '../streams/streams.js';
import type { ConnectionEvent } from './reconnecting-source.js';

export interface TrialOptions {
  readonly listen: (url: string) => Observable<ConnectionEvent>;
  /** Opens a stream that scores the sound. */
  readonly openStream: () => TrialStream;
  /** Each ends the trial at once: the visitor has left, or the server is shutting down. */
  readonly signals: readonly AbortSignal[];
  readonly scheduler?: SchedulerLike;
  readonly listenMs?: number;
}

/** Time from the first sound to the answer, unless another is asked for. */
export const LISTEN_MS = 5000;
/** Time for the first sound: as long as a station may be without bytes before it counts as stalled. */
export const FIRST_SOUND_MS = 10_000;

/** @throws the signal's reason when it is aborted; ProtocolError when no stream can be opened */
export async function tryStation(url: string, { listen, openStream, signals, scheduler = asyncScheduler, listenMs = LISTEN_MS }: TrialOptions): Promise<StationTrial> {
  for (const signal of signals) signal.throwIfAborted();
  const stream = openStream();
  const predictions: Prediction[] = [];
  const found: { format: SourceFormat | null; title: string | null; reason: string | null; hasSound: boolean } = { format: null, title: null, reason: null, hasSound: false };
  const owned = new Subscription();
  try {
    await new Promise<void>((resolve) => {
      owned.add(stream.messages$.subscribe({
        next: (message) => {
          if (message.type === 'prediction') predictions.push(JSON.parse(message.json) as Prediction);
        },
        complete: resolve,
      }));
      for (const signal of signals) owned.add(fromEvent(signal, 'abort').subscribe(() => resolve()));
      const listening = new Subscription();
      owned.add(listening);
      const finish = (reason: string | null): void => {
        found.reason = reason;
        listening.unsubscribe();
        // The stream scores the rest of the sound, then completes.
        if (found.hasSound) stream.end();
        else resolve();
      };
      const patience = timer(FIRST_SOUND_MS, scheduler).subscribe(() => finish(`No sound came within ${FIRST_SOUND_MS / 1000} s.`));
      listening.add(patience);
      listening.add(listen(url).subscribe((event) => {
        if (listening.closed) return;
        switch (event.type) {
          case 'audio':
            if (!found.hasSound) {
              found.hasSound = true;
              patience.unsubscribe();
              listening.add(timer(listenMs, scheduler).subscribe(() => finish(null)));
            }
            stream.send(event.bytes);
            break;
          case 'source': {
            const { type, ...format } = event;
            found.format = format;
            break;
          }
          case 'title':
            found.title = event.title ?? found.title;
            break;
          case 'state':
            if (event.state === 'failing' || event.state === 'stalled') finish(event.reason);
        }
      }));
    });
    for (const signal of signals) signal.throwIfAborted();
  } finally {
    owned.unsubscribe();
    stream.close();
  }
  const { format, title, reason, hasSound } = found;
  const last = predictions.at(-1);
  return {
    alive: hasSound && reason === null,
    reason,
    format,
    title,
    heard: last?.state ?? null,
    genre: last?.genre ?? null,
    p: last?.p ?? 0,
    level: levelOf(predictions),
    durationMs: Math.round(last?.atMs ?? 0),
  };
}

/** The mean power of all blocks, which are of one length. */
function levelOf(predictions: readonly Prediction[]): number | null {
  if (predictions.length === 0) return null;
  const power = predictions.reduce((sum, { level }) => sum + 10 ** (level / 10), 0) / predictions.length;
  return Math.max(-120, Math.round(100 * Math.log10(power)) / 10);
}
