/** The microphone as it is: no echo cancellation, noise suppression or gain control, which all mangle music. */
import type { AudioSource, SendOptions } from './audio-source.js';
import { Sender } from './sender.js';
import { SourceError } from './source-errors.js';

/** What differs between the dashboard and the widget. */
export interface MicrophoneHost {
  /** Address of capture.js. */
  readonly captureUrl: string;
  /** @param name a DOMException's name, 'insecure' or 'lost' */
  errorText(name: string): string;
}

/**
 * Asks for the microphone and sends what it hears.
 * @param onLost called with a sentence when the device goes away
 * @throws SourceError with a sentence that says what to do
 */
export async function openMicrophone(sendOptions: SendOptions, onLost: (sentence: string) => void, host: MicrophoneHost): Promise<AudioSource> {
  const stream = await askForSound(host);
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
    void context.resume(); // not waited for: a browser that keeps it back would keep the button back too
    sender = new Sender('Microphone', context.sampleRate, sendOptions);
    listen(context, stream, sender);
    for (const track of stream.getTracks()) track.onended = () => onLost(host.errorText('lost'));
    // What the server says comes as events.
    sender.client.connect().catch(() => {});
  } catch (error) {
    end();
    throw new SourceError(host.errorText(error instanceof Error ? error.name : String(error)));
  }
  return { kind: 'microphone', name: 'Microphone', link: sender.client, end };
}

async function askForSound(host: MicrophoneHost): Promise<MediaStream> {
  // Insecure pages have no mediaDevices, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new SourceError(host.errorText('insecure'));
  try {
    return await devices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  } catch (error) {
    throw new SourceError(host.errorText(error instanceof Error ? error.name : String(error)));
  }
}

function listen(context: AudioContext, stream: MediaStream, sender: Sender): void {
  const capture = new AudioWorkletNode(context, 'capture', { channelCount: 1, channelCountMode: 'explicit', outputChannelCount: [1] });
  capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
    if (sender.client.state !== 'closed') sender.push(data);
  };
  context.createMediaStreamSource(stream).connect(capture);
  capture.connect(context.destination); // its output stays silent; unconnected, some browsers do not run it
}
