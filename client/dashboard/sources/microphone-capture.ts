/** Opens the microphone and delivers its samples: device, audio context and worklet, until `end`. */
import type { CaptureState } from './microphone-watch.js';

export interface Capture {
  /** Hz. */
  readonly sampleRate: number;
  readonly state: CaptureState;
  /** Asks the browser to go on with audio that it has paused. */
  resume(): void;
  /** Closes the device. Idempotent. */
  end(): void;
}

export interface CaptureHandlers {
  /** @param samples mono */
  samples(samples: Float32Array): void;
  /** `state` may have changed. */
  changed(): void;
}

/**
 * The browser wakes its audio threads once for this much sound, s, instead of every 3 to 10 ms, which was two fifths of
 * the cost of listening. Not more: older versions of Chromium keep at most 100 ms of a microphone, and drop the rest.
 */
export const BUFFER_S = 0.085;

/**
 * Without echo cancellation, noise suppression and gain control, which distort music; with both channels where there
 * are two, because a mix by the browser loses what is of opposite polarity.
 * @param captureUrl URL of capture.js
 * @throws DOMException of getUserMedia or of the worklet; an Error named `insecure` if the page may have no microphone
 */
export async function openCapture(captureUrl: string, handlers: CaptureHandlers): Promise<Capture> {
  // On insecure pages mediaDevices is undefined, although its type does not allow that.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw Object.assign(new Error(), { name: 'insecure' });
  const stream = await devices.getUserMedia({ audio: { channelCount: 2, echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  const context = new AudioContext({ latencyHint: BUFFER_S });
  const listening = new AbortController();
  const { signal } = listening;
  const end = (): void => {
    listening.abort();
    for (const track of stream.getTracks()) track.stop();
    if (context.state !== 'closed') void context.close();
  };
  try {
    await context.audioWorklet.addModule(captureUrl);
    void context.resume().catch(() => {}); // not awaited: some browsers delay it, which would block the button
    const capture = new AudioWorkletNode(context, 'capture', { outputChannelCount: [1] });
    capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      if (!signal.aborted) handlers.samples(data);
    };
    context.createMediaStreamSource(stream).connect(capture);
    capture.connect(context.destination); // the output is silent, but some browsers do not run an unconnected node
  } catch (error) {
    end();
    throw error;
  }
  const [track] = stream.getAudioTracks();
  let isMuted = track?.muted ?? false;
  const mute = (isNow: boolean) => (): void => {
    isMuted = isNow;
    handlers.changed();
  };
  track?.addEventListener('mute', mute(true), { signal });
  track?.addEventListener('unmute', mute(false), { signal });
  track?.addEventListener('ended', () => handlers.changed(), { signal });
  context.addEventListener('statechange', () => handlers.changed(), { signal });
  return {
    sampleRate: context.sampleRate,
    // `track.stop()` by anybody fires no event, so the state is read each time.
    get state() { return { context: context.state, isMuted, hasEnded: track?.readyState !== 'live' || context.state === 'closed' }; },
    resume: () => void context.resume().catch(() => {}), // refused: the watch still sees it
    end,
  };
}
