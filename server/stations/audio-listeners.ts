/**
 * Streams a station's audio to HTTP listeners: as an endless WAV of the decoded audio that is
 * classified (22,050 Hz), so a browser can play any codec, and stations that it cannot reach; or as the
 * station sends it, unchanged.
 */
import type { Observable, Subscription } from 'rxjs';
import { ProtocolError } from '../protocol/errors.js';
import type { Settings } from '../settings.js';
import type { FrameFormat } from '../sources/station/detect-format.js';
import { BYTES_PER_MS, FRAME_BYTES, STATION_FORMAT } from '../sources/station/decoder.js';
import type { Station } from './station.js';

/** Audio buffered for a slow listener; beyond this, chunks are dropped. */
const MAX_BUFFERED_MS = 5000;
/** The same for sound as the station sends it, bytes: 20 s at 200 kbit/s, since a player pauses its reading while it is ahead. */
const MAX_RELAYED_BYTES = 512 * 1024;

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
    this.#check(station);
    return this.#stream([wavHeader()], station.audio$, (bytes) => bytes, MAX_BUFFERED_MS * BYTES_PER_MS);
  }

  /**
   * The station's bytes as they come, from some seconds ago on; ends as `listen`, and when the format changes.
   * @throws ProtocolError as `listen` does, or `not-found` for sound that can not be joined anywhere
   */
  relay(station: Station): { readonly format: FrameFormat; readonly body: ReadableStream<Uint8Array> } {
    const { recent } = station;
    const format = recent[0]?.format;
    this.#check(station);
    if (format === undefined) throw new ProtocolError('not-found', `The station ${JSON.stringify(station.config.id)} sends neither MP3 nor AAC that can be joined; GET /v1/stations/ID/audio has it as WAV.`);
    const body = this.#stream(recent.map(({ bytes }) => bytes), station.encoded$, (sound) => (sound.format === format ? sound.bytes : undefined), MAX_RELAYED_BYTES);
    return { format, body };
  }

  #check(station: Station): void {
    const { maxListeners } = this.#settings;
    if (station.state !== 'live' && station.state !== 'silent') {
      throw new ProtocolError('not-found', `The station ${JSON.stringify(station.config.id)} is ${station.state} at the moment; there is no audio to play.`);
    }
    if (this.#size >= maxListeners) throw new ProtocolError('too-many-viewers', `The limit of ${maxListeners} listeners is reached. Try again later.`);
  }

  /**
   * @param bytesOf undefined ends the stream
   * @param mostBytes that wait for a slow listener; beyond this, chunks are dropped
   */
  #stream<Sound>(first: readonly Uint8Array[], sound$: Observable<Sound>, bytesOf: (sound: Sound) => Uint8Array | undefined, mostBytes: number): ReadableStream<Uint8Array> {
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
        for (const bytes of first) controller.enqueue(bytes);
        playing = sound$.subscribe({
          next: (sound) => {
            const bytes = bytesOf(sound);
            if (bytes === undefined) {
              end();
              controller.close();
            } else if (controller.desiredSize! > 0) controller.enqueue(bytes);
          },
          complete: () => {
            end();
            controller.close();
          },
        });
      },
      cancel: end,
    }, new ByteLengthQueuingStrategy({ highWaterMark: mostBytes }));
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
