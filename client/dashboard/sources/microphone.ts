/** Microphone source without echo cancellation, noise suppression and gain control, which distort music. */
import type { AudioSource, SendOptions } from './audio-source.js';
import { Sender } from './sender.js';
import { SourceError } from './source-errors.js';

/** What differs between the dashboard and the widget as hosts of the microphone. */
export interface MicrophoneHost {
  /** URL of capture.js. */
  readonly captureUrl: string;
  /** @param name a DOMException's name, 'insecure' or 'lost' */
  errorText(name: string): string;
}

/**
 * Requests the microphone and sends its audio to the server.
 * @param onLost called with an error text when the device is disconnected
 * @throws SourceError with a message that says what to do
 */
export async function openMicrophone(sendOptions: SendOptions, onLost: (sentence: string) => void, host: MicrophoneHost): Promise<AudioSource> {
  const stream = await requestMicrophone(host);
  const context = new AudioContext();
  let sender: Sender | undefined;
  const end = (): void => {
    for (const track of stream.getTracks()) {
      track.onended = null;
      track.stop();
    }
    sender?.client.close();
    if (context.state !== 'closed') void context.close();
  };
  try {
    await context.audioWorklet.addModule(host.captureUrl);
    void context.resume(); // not awaited: some browsers delay it, which would block the button
    sender = new Sender('Microphone', context.sampleRate, sendOptions);
    sendSamples(context, stream, sender);
    for (const track of stream.getTracks()) track.onended = () => onLost(host.errorText('lost'));
    // Errors of the connection are reported as events.
    sender.client.connect().catch(() => {});
  } catch (error) {
    end();
    throw new SourceError(host.errorText(error instanceof Error ? error.name : String(error)));
  }
  return { kind: 'microphone', name: 'Microphone', link: sender.client, end };
}

async function requestMicrophone(host: MicrophoneHost): Promise<MediaStream> {
  // On insecure pages mediaDevices is undefined, although its type does not allow that.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new SourceError(host.errorText('insecure'));
  try {
    return await devices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  } catch (error) {
    throw new SourceError(host.errorText(error instanceof Error ? error.name : String(error)));
  }
}

function sendSamples(context: AudioContext, stream: MediaStream, sender: Sender): void {
  const capture = new AudioWorkletNode(context, 'capture', { channelCount: 1, channelCountMode: 'explicit', outputChannelCount: [1] });
  capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    if (sender.client.state !== 'closed') sender.push(data);
  };
  context.createMediaStreamSource(stream).connect(capture);
  capture.connect(context.destination); // the output is silent, but some browsers do not run an unconnected node
}
