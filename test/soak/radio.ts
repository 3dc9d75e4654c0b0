/** A radio server for soak: stations that play, that pause, that break off, stall, lead somewhere else or are none. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Random } from '../../models/random.js';
import { EndlessMp3, encodeMp3 } from '../bench/live/endless-mp3.js';
import { withMetadata } from '../server/sources/station/metadata.js';
import { Radio } from '../server/sources/station/radio.js';
import { noise, silence } from '../server/sound.js';

const SAMPLE_RATE = 22_050;
const BITRATE_KBPS = 32;
const BURST_BYTES = 10_000;
const METADATA_EVERY = 4000;
/** Of sound and of silence, in stations that pause; longer than the rules of the soak's stations wait. */
const PAUSE_MS = 4000;

export interface SoakRadio {
  /** Connections so far. */
  readonly connections: number;
  /** The address of a station, of any kind; each with a query of its own. */
  address(): string;
  close(): Promise<void>;
}

export async function startRadio(random: Random): Promise<SoakRadio> {
  const radio = await Radio.start();
  const sound = new EndlessMp3(BITRATE_KBPS, BURST_BYTES);
  const music = await encoded(noise(20 * SAMPLE_RATE));
  const pausing = await encoded(Buffer.concat([noise((PAUSE_MS / 1000) * SAMPLE_RATE), silence(PAUSE_MS)]));
  let connections = 0;
  const pages: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
    music: (request, response) => void play(music, request, response),
    pausing(request, response) {
      play(pausing, request, response);
      endAfter(response, random.between(5000, 25_000));
    },
    ending(request, response) {
      play(music, request, response);
      endAfter(response, random.between(3000, 20_000));
    },
    stalling(request, response) {
      const stop = play(music, request, response);
      setTimeout(stop, random.between(1000, 10_000)).unref();
    },
    list: (_, response) => void response.writeHead(200, { 'Content-Type': 'audio/x-mpegurl' }).end(`#EXTM3U\n${radio.url('/music')}\n`),
    moved: (_, response) => void response.writeHead(302, { Location: radio.url('/pausing') }).end(),
    page: (_, response) => void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>No sound</title>'),
  };
  for (const [name, page] of Object.entries(pages)) {
    radio.pages.set(`/${name}`, (request, response) => {
      connections++;
      // The rig keeps them for tests.
      radio.requests.length = 0;
      page(request, response);
    });
  }
  // What pauses raises alerts, what breaks off costs an FFmpeg each time.
  const choices = ['music', 'pausing', 'pausing', 'pausing', 'ending', 'stalling', 'list', 'moved', 'page', 'none'];
  let addresses = 0;

  /** With titles for those who ask for them. */
  function play({ plain, titled }: Encoded, { headers }: IncomingMessage, response: ServerResponse): () => void {
    const wantsTitles = headers['icy-metadata'] === '1';
    response.writeHead(200, { 'Content-Type': 'audio/mpeg', 'icy-br': String(BITRATE_KBPS), ...(wantsTitles && { 'icy-metaint': String(METADATA_EVERY) }) });
    return sound.send(wantsTitles ? titled : plain, response);
  }

  return {
    get connections() {
      return connections;
    },
    address: () => radio.url(`/${choices[random.below(choices.length)]}?station=${++addresses}`),
    async close() {
      sound.close();
      await radio.close();
    },
  };
}

function endAfter(response: ServerResponse, ms: number): void {
  const timeout = setTimeout(() => response.destroy(), ms);
  response.once('close', () => clearTimeout(timeout));
}

interface Encoded {
  readonly plain: Uint8Array;
  readonly titled: Uint8Array;
}

/** Cut to whole intervals, so that titles keep their places when the sound is repeated. */
async function encoded(pcm: Uint8Array): Promise<Encoded> {
  const mp3 = await encodeMp3(new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength / 2), SAMPLE_RATE, BITRATE_KBPS);
  const plain = mp3.subarray(0, mp3.length - (mp3.length % METADATA_EVERY));
  const titles = Array.from({ length: plain.length / METADATA_EVERY }, (_, index) => (index % 3 === 0 ? `StreamTitle='Artist ${index} - Song';` : ''));
  return { plain, titled: withMetadata(plain, METADATA_EVERY, titles) };
}
