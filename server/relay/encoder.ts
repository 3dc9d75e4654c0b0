/**
 * A station as MP3 of one sample rate and bit rate, whatever it sends: FFmpeg decodes its sound and
 * encodes it again. Frames do not refer to earlier ones, so the output of several stations can follow
 * each other in one stream.
 */
import type { Subscription } from 'rxjs';
import { Ffmpeg, findOperatorsFfmpeg } from '../sources/ffmpeg.js';
import { STATION_FORMAT } from '../sources/station/decoder.js';
import type { Station } from '../stations/station.js';

export const MP3_KBPS = 192;
const SAMPLE_RATE = 44_100;
/** Bytes read to know the format, which is named already. */
const PROBE_BYTES = 2048;
const FADE_S = 0.6;
/** Sound that waits for FFmpeg; beyond this it is too slow, and sound is left out. */
const MOST_WAITING_BYTES = 1024 * 1024;

export interface EncoderEvents {
  /** Whole MP3 frames. */
  sound(bytes: Uint8Array): void;
  /** FFmpeg has ended by itself. */
  ended(): void;
}

export class Encoder {
  readonly station: Station;
  readonly #ffmpeg: Ffmpeg;
  readonly #feeding: Subscription;
  #isOver = false;

  /**
   * @param withRecent whether to begin with the seconds before now
   * @throws Error when there is no FFmpeg
   */
  constructor(station: Station, events: EncoderEvents, { withRecent, mostWaitingBytes = MOST_WAITING_BYTES }: { readonly withRecent: boolean; readonly mostWaitingBytes?: number }) {
    this.station = station;
    const { recent } = station;
    const format = recent[0]?.format;
    const { sampleRate, channels, encoding } = STATION_FORMAT;
    this.#ffmpeg = new Ffmpeg([
      '-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+error', '-protocol_whitelist', 'pipe',
      ...(format === undefined ? ['-f', encoding, '-ar', String(sampleRate), '-ac', String(channels)] : ['-format_whitelist', format, '-probesize', String(PROBE_BYTES), '-analyzeduration', '0', '-f', format]),
      '-i', 'pipe:0', '-map', '0:a:0', '-vn', '-map_metadata', '-1',
      '-af', `afade=t=in:d=${FADE_S}`, '-ar', String(SAMPLE_RATE), '-ac', '2',
      '-c:a', 'libmp3lame', '-b:a', `${MP3_KBPS}k`, '-reservoir', '0', '-write_xing', '0', '-id3v2_version', '0', '-flush_packets', '1', '-f', 'mp3',
    ], () => {}, { program: findOperatorsFfmpeg(), isFed: true });
    const { input, output } = this.#ffmpeg;
    const write = (bytes: Uint8Array): void => {
      if (!input.destroyed && input.writableLength < mostWaitingBytes) input.write(bytes);
    };
    output.on('data', (bytes: Buffer) => {
      if (!this.#isOver) events.sound(bytes);
    });
    void this.#ffmpeg.end.then(() => {
      if (!this.#isOver) events.ended();
    });
    if (withRecent) for (const { bytes } of recent) write(bytes);
    const finish = (): void => { input.end(); };
    this.#feeding = format === undefined
      ? station.audio$.subscribe({ next: write, complete: finish })
      // Of another format FFmpeg would make noise: it ends, and another begins.
      : station.encoded$.subscribe({ next: (sound) => (sound.format === format ? write(sound.bytes) : finish()), complete: finish });
  }

  close(): void {
    this.#isOver = true;
    this.#feeding.unsubscribe();
    this.#ffmpeg.kill();
  }
}
