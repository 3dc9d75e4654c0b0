/**
 * Streams a station's audio to HTTP listeners as an endless WAV of the decoded audio that is
 * classified (mono, 22,050 Hz), so a browser can play any codec, and stations that it cannot reach.
 */
import type { Subscription } from 'rxjs';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import { BYTES_PER_MS, FRAME_BYTES, STATION_FORMAT } from '../sources/station/decoder.js';
import type { Station } from './station.js';

/** Audio buffered for a slow listener; beyond this, chunks are dropped. */
const MAX_BUFFERED_MS = 5000;

export class AudioListeners {
  readonly #settings: Pick<Settings, 'maxListeners' | 'retryAfterMs'>;
  #size = 0;

  constructor(settings: Pick<Settings, 'maxListeners' | 'retryAfterMs'>) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * The audio from now on; ends when the listener cancels or the station is switched off.
   * @throws ProtocolError `too-many-viewers`, or `not-found` while no audio arrives from the station
   */
  listen(station: Station): ReadableStream<Uint8Array> {
    const { maxListeners } = this.#settings;
    if (station.state !== 'live' && station.state !== 'silent') {
      throw new ProtocolError('not-found', `The station ${JSON.stringify(station.config.id)} is ${station.state} at the moment; there is no audio to play.`);
    }
    if (this.#size >= maxListeners) throw new ProtocolError('too-many-viewers', `The limit of ${maxListeners} listeners is reached. Try again later.`);
    const maxBufferedBytes = MAX_BUFFERED_MS * BYTES_PER_MS;
    let playing: Subscription | undefined;
    const end = (): void => {
      if (!playing) return;
      playing.unsubscribe();
      playing = undefined;
      this.#size--;
    };
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#size++;
        controller.enqueue(wavHeader());
        playing = station.audio$.subscribe({
          next: (bytes) => {
            if (controller.desiredSize! > 0) controller.enqueue(bytes);
          },
          complete: () => {
            end();
            controller.close();
          },
        });
      },
      cancel: end,
    }, new ByteLengthQueuingStrategy({ highWaterMark: maxBufferedBytes }));
  }
}

/** Header of an endless WAV: both lengths are 0xffffffff, which means unknown. */
function wavHeader(): Uint8Array {
  const { sampleRate, channels } = STATION_FORMAT;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(0xffffffff, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * FRAME_BYTES, 28);
  header.writeUInt16LE(FRAME_BYTES, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(0xffffffff, 40);
  return new Uint8Array(header);
}
