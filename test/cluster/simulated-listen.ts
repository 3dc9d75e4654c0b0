/** Stations that play a tone in real time, without FFmpeg, so that many run on one machine. */
import { interval, Observable, startWith } from 'rxjs';
import type { ConnectionEvent } from '../../server/stations/reconnecting-source.js';
import { STATION_FORMAT } from '../../server/sources/station/decoder.js';

const EVERY_MS = 100;
const BYTES = Math.round((STATION_FORMAT.sampleRate * EVERY_MS) / 1000) * 2 * STATION_FORMAT.channels;

function state(name: 'live' | 'failing'): ConnectionEvent {
  return { type: 'state', state: name, reason: name === 'live' ? null : 'The simulated source is away.', retryAt: null, attempts: 0, decoder: null };
}

/** @param isAway whether all sources are away now; they come back when it says so */
export function simulatedListen(isAway: () => boolean): (url: string) => Observable<ConnectionEvent> {
  const tone = new Uint8Array(BYTES);
  const samples = new DataView(tone.buffer);
  for (let at = 0; at + 1 < BYTES; at += 2) samples.setInt16(at, Math.round(8000 * Math.sin(at / 40)), true);
  return () => new Observable((subscriber) => {
    let wasAway: boolean | undefined;
    // As much as is due: timers are late on a busy machine.
    let sentMs = performance.now();
    return interval(EVERY_MS).pipe(startWith(0)).subscribe(() => {
      const away = isAway();
      if (away !== wasAway) subscriber.next(state(away ? 'failing' : 'live'));
      wasAway = away;
      const nowMs = performance.now();
      // What a stopped process missed is gone.
      if (nowMs - sentMs > 2000) sentMs = nowMs - EVERY_MS;
      for (; sentMs + EVERY_MS <= nowMs; sentMs += EVERY_MS) if (!away) subscriber.next({ type: 'audio', bytes: tone });
    });
  });
}
