/** A microphone that falls silent, on the dashboard and in a widget: the page says so and why, keeps its stream, and goes on. */
import * as assert from 'uvu/assert';
import type { Page } from 'playwright-core';
import type { StreamInfo } from '../../server/protocol/messages.js';
import { wavFile } from '../../server/sources/wav.js';
import { DemoSynth, toS16 } from '../../server/sources/demo/synth.js';
import { serve, type ServedPage } from './serve.js';
import { browserSuite, openPage, recordMicrophone, SOON, type InBrowser, type Opening, type RecordedMicrophone } from '../support/pages.js';
import { Site } from '../support/site.js';
import { eventually } from '../support/until.js';

interface Servers {
  server: ServedPage;
  /** A site with a widget. */
  site: Site;
}

type Context = Servers & InBrowser;

/** What the page promises, and some more for a busy machine. */
const TOLD = { timeout: 2000 + 2000 };
/** Of the server: a stream without any audio ends after this. */
const IDLE_MS = 2500;

const test = browserSuite<Servers>('microphone');

test.before(async (context) => {
  context.site = await Site.open();
  context.server = await serve('--idle-timeout-ms', String(IDLE_MS), '--allowed-origins', context.site.origin);
  context.site.html = `<!doctype html><title>A page</title><link rel="icon" href="data:,"><live-genre mic></live-genre><script type="module" src="${context.server.url}/widget.js"></script>`;
});

test.after(async ({ server, site }) => {
  await server?.stop();
  await site?.close();
});

const alert = (page: Page, sentence: RegExp): Promise<void> => page.getByRole('alert').getByText(sentence).waitFor(TOLD);
const state = (page: Page, word: string): Promise<void> => page.locator('connection-state [role=status]', { hasText: word }).waitFor(SOON);

/** The dashboard with a microphone that is heard. */
async function listening(context: Context, opening: Opening = {}): Promise<Page> {
  const page = await openPage(context, context.server.url, { prepare: recordMicrophone, ...opening });
  await page.getByRole('button', { name: 'Microphone' }).click();
  await page.locator('genre-now h2', { hasText: 'Microphone' }).waitFor(SOON);
  await heard(page);
  return page;
}

/** Resolves when sound is classified. */
async function heard(page: Page): Promise<void> {
  await state(page, 'Live');
  await page.locator('genre-bars .p', { hasText: '%' }).first().waitFor(SOON);
  await page.getByRole('button', { name: 'Resume' }).waitFor({ ...SOON, state: 'hidden' });
}

/** Nothing on the page says that something is heard. */
async function claimsNothing(page: Page): Promise<void> {
  await state(page, 'No sound');
  assert.is(await page.locator('genre-now .word').innerText(), 'No sound');
  assert.is(await page.locator('genre-now .p').count(), 0);
  assert.is(await page.locator('genre-bars .p', { hasText: '%' }).count(), 0);
}

async function microphones({ server }: Context): Promise<StreamInfo[]> {
  const { streams } = await (await fetch(`${server.url}/v1/streams`)).json() as { streams: StreamInfo[] };
  return streams.filter(({ name, connected }) => name === 'Microphone' && connected);
}

/** Runs on the page with what was recorded of its microphone. */
function act(page: Page, what: (recorded: RecordedMicrophone) => unknown): Promise<void> {
  return page.evaluate(`(${what.toString()})(window)`).then(() => {});
}

const refuseToResume = ({ audio }: RecordedMicrophone): Promise<void> => {
  audio.resume = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  return audio.suspend();
};

const allowToResume = ({ audio }: RecordedMicrophone): void => {
  Reflect.deleteProperty(audio, 'resume');
};

test('a stereo microphone whose channels cancel is heard', async (context) => {
  const opposite = async (page: Page): Promise<void> => {
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = async () => {
        const audio = new AudioContext();
        await audio.resume();
        const device = new MediaStreamAudioDestinationNode(audio, { channelCount: 2 });
        const [tone, inverter, both] = [new OscillatorNode(audio, { frequency: 440 }), new GainNode(audio, { gain: -1 }), new ChannelMergerNode(audio, { numberOfInputs: 2 })];
        tone.connect(both, 0, 0);
        tone.connect(inverter).connect(both, 0, 1);
        both.connect(device);
        tone.start();
        return device.stream;
      };
    });
  };
  const page = await openPage(context, context.server.url, { prepare: opposite });
  await page.getByRole('button', { name: 'Microphone' }).click();
  await page.locator('genre-now h2', { hasText: 'Microphone' }).waitFor(SOON);
  await eventually('its level, not that of the mix', () => page.getByRole('meter').first().getAttribute('aria-valuenow'), { fits: (level) => Number(level ?? -120) > -12 });
});

test('audio that the browser pauses: the page says so, keeps the stream with silence, and goes on at a press', async (context) => {
  const page = await listening(context);
  const [before] = await microphones(context);
  await act(page, refuseToResume);
  await alert(page, /browser has paused the audio/);
  await claimsNothing(page);
  await eventually('silence is sent for longer than the server waits', async () => (await microphones(context))[0]?.durationMs ?? 0, { fits: (ms) => ms > before!.durationMs + 1.5 * IDLE_MS });
  await claimsNothing(page);
  await act(page, allowToResume);
  await page.getByRole('button', { name: 'Resume' }).click();
  await heard(page);
  assert.equal((await microphones(context)).map(({ id }) => id), [before!.id]);
  assert.equal(context.pageErrors, []);
});

test('audio that the browser lets go on goes on by itself', async (context) => {
  const page = await listening(context);
  await act(page, ({ audio }) => audio.suspend());
  await alert(page, /browser has paused the audio/);
  await heard(page);
  assert.equal(context.pageErrors, []);
});

test('a call takes the audio and gives it back', async (context) => {
  const page = await listening(context);
  // Chromium has no such state yet; Safari does.
  await act(page, ({ audio }) => audio.suspend().then(() => {
    Object.defineProperty(audio, 'state', { value: 'interrupted', configurable: true });
    audio.dispatchEvent(new Event('statechange'));
  }));
  await alert(page, /A call or another program/);
  await claimsNothing(page);
  await act(page, ({ audio }) => {
    Reflect.deleteProperty(audio, 'state');
    return audio.resume();
  });
  await heard(page);
});

test('a muted microphone is not heard until it is unmuted', async (context) => {
  const page = await listening(context);
  await act(page, ({ track }) => track.dispatchEvent(new Event('mute')));
  await alert(page, /is muted/);
  await claimsNothing(page);
  await eventually('the server hears silence', async () => (await microphones(context))[0]?.state, { fits: (state) => state === 'silence' });
  await act(page, ({ track }) => track.dispatchEvent(new Event('unmute')));
  await heard(page);
});

test('a headset that is pulled: the next microphone is taken by itself where the browser asks nothing', async (context) => {
  const page = await listening(context, { permissions: ['microphone'] });
  const [before] = await microphones(context);
  await act(page, ({ track }) => {
    track.stop(); // as after a pull; by itself this fires no event
  });
  await alert(page, /unplugged or switched off/);
  await heard(page);
  assert.is(await page.evaluate(() => (window as unknown as RecordedMicrophone).askedTimes), 2);
  assert.equal((await microphones(context)).map(({ id }) => id), [before!.id]);
  assert.equal(context.pageErrors, []);
});

test('a headset that is pulled and no other: it goes on when one is connected', async (context) => {
  const page = await listening(context, { permissions: ['microphone'] });
  await act(page, ({ track }) => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia;
    mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
    addEventListener('connected', () => {
      mediaDevices.getUserMedia = ask;
      mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    track.stop();
    track.dispatchEvent(new Event('ended'));
  });
  await alert(page, /unplugged or switched off/);
  await page.getByRole('button', { name: 'Resume' }).click();
  await alert(page, /No microphone was found/);
  await claimsNothing(page);
  await page.evaluate(() => dispatchEvent(new Event('connected')));
  await heard(page);
});

test('no sample, or zeros only, although all seems well: told, and opened again', async (context) => {
  const page = await listening(context, { permissions: ['microphone'] });
  await act(page, ({ track }) => {
    track.enabled = false;
  });
  await alert(page, /only digital silence/);
  await heard(page);
  // As some systems do after a call: running, and nothing comes.
  await act(page, ({ audio }) => audio.suspend().then(() => Object.defineProperty(audio, 'state', { value: 'running', configurable: true })));
  await alert(page, /stopped delivering sound/);
  await heard(page);
  assert.equal(context.pageErrors, []);
});

test('silence that comes too late costs the stream: sound begins a new one', async (context) => {
  const page = await listening(context);
  const [before] = await microphones(context);
  await act(page, (recorded) => {
    // A page in the background, whose timers the browser slows down.
    const { setTimeout } = window;
    window.setTimeout = (() => 0) as unknown as typeof setTimeout;
    addEventListener('seen', () => {
      window.setTimeout = setTimeout;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    return recorded.audio.suspend();
  });
  await alert(page, /browser has paused the audio/);
  await eventually('the stream has ended', () => microphones(context), { fits: (streams) => streams.length === 0 });
  await claimsNothing(page);
  await page.evaluate(() => dispatchEvent(new Event('seen')));
  await heard(page);
  const [after] = await microphones(context);
  assert.ok(after!.startedAt > before!.startedAt, 'another stream, under the same id');
  assert.is(after!.id, before!.id);
});

test('an interrupted microphone can be stopped, and says nothing after', async (context) => {
  const page = await listening(context);
  await act(page, ({ track }) => track.dispatchEvent(new Event('mute')));
  await alert(page, /is muted/);
  await page.getByRole('button', { name: 'Stop' }).click();
  await state(page, 'Stopped');
  await page.getByRole('button', { name: 'Resume' }).waitFor({ ...SOON, state: 'hidden' });
  assert.is(await page.evaluate(() => (window as unknown as RecordedMicrophone).track.readyState), 'ended');
});

test('a file whose playback is paused keeps its place and goes on, if need be as a new stream', async (context) => {
  const page = await openPage(context, context.server.url, { prepare: recordMicrophone });
  await state(page, 'Live');
  const song = Buffer.from(wavFile(toS16(new DemoSynth(3, 22_050).render(8 * 22_050)), 22_050));
  await page.locator('source-picker input[type=file]').setInputFiles({ name: 'song.wav', mimeType: 'audio/wav', buffer: song });
  await page.locator('file-player .time', { hasText: '0:02 /' }).waitFor(SOON);
  await act(page, refuseToResume);
  await alert(page, /browser has paused the audio.*Resume/);
  await claimsNothing(page);
  await eventually('the stream has ended', async () => {
    const { streams } = await (await fetch(`${context.server.url}/v1/streams`)).json() as { streams: StreamInfo[] };
    return streams.filter(({ name }) => name === 'song.wav').every(({ connected }) => !connected);
  });
  assert.match(await page.locator('file-player .time').innerText(), /0:0[23] \//);
  await act(page, allowToResume);
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.locator('genre-now .note', { hasText: /over all|No music in/ }).waitFor({ timeout: 20_000 });
  assert.equal(context.pageErrors, []);
});

test('a file whose channels have opposite phase is heard', async (context) => {
  const page = await openPage(context, context.server.url);
  await state(page, 'Live');
  const mono = toS16(new DemoSynth(3, 22_050).render(6 * 22_050));
  const antiphase = Int16Array.from({ length: 2 * mono.length }, (_, i) => (i % 2 ? -1 : 1) * mono[i >> 1]!);
  await page.locator('source-picker input[type=file]').setInputFiles({ name: 'antiphase.wav', mimeType: 'audio/wav', buffer: Buffer.from(wavFile(antiphase, 22_050, 2)) });
  await page.locator('genre-now h2', { hasText: 'antiphase.wav' }).waitFor(SOON);
  await page.locator('file-player .time', { hasText: '0:02 /' }).waitFor(SOON);
  const level = Number(await page.locator('level-meter [role=meter]').getAttribute('aria-valuenow'));
  assert.ok(level > -40, `${level} dBFS`);
});

test('a widget says why no sound comes, goes on at a press, and can be closed', async (context) => {
  const page = await openPage(context, context.site.origin, { prepare: recordMicrophone });
  const widget = page.locator('live-genre');
  const shows = (state: string): Promise<void> => widget.locator(`[data-state="${state}"]`).waitFor(SOON);
  const note = (sentence: RegExp): Promise<void> => widget.locator('[part=note]').getByText(sentence).waitFor(TOLD);
  await page.getByRole('button', { name: 'Listen' }).click();
  await shows('music');
  await act(page, refuseToResume);
  await note(/browser has paused/);
  await shows('no-signal');
  assert.is(await widget.locator('.is-live').count(), 0);
  await act(page, allowToResume);
  await page.getByRole('button', { name: 'Resume' }).click();
  await shows('music');

  await act(page, ({ track }) => track.dispatchEvent(new Event('mute')));
  await note(/muted/);
  await act(page, ({ track }) => track.dispatchEvent(new Event('unmute')));
  await shows('music');

  await act(page, ({ track }) => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
    track.stop();
  });
  await note(/unplugged/);
  await page.getByRole('button', { name: 'Resume' }).click();
  await note(/None is connected/);
  await page.getByRole('button', { name: 'Stop' }).click();
  await shows('idle');
  assert.equal(context.pageErrors, []);
});

test.run();
