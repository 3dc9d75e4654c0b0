/** Pages that do what listening needs at least, and nothing with it: what they cost is the browser's own share. */

const MICROPHONE = '{ audio: { channelCount: 2, echoCancellation: false, noiseSuppression: false, autoGainControl: false } }';
const IDLE_WORKLET = 'registerProcessor("idle", class extends AudioWorkletProcessor { process() { return true; } });';

/** Opens the microphone, which nothing reads. */
export const OPEN_MICROPHONE = `(async () => {
  window.stream = await navigator.mediaDevices.getUserMedia(${MICROPHONE});
})()`;

/**
 * Opens the microphone into an audio worklet that does nothing.
 * @param latencyHint of its audio context, s
 */
export function openIntoWorklet(latencyHint: number): string {
  return `(async () => {
    const stream = await navigator.mediaDevices.getUserMedia(${MICROPHONE});
    const context = window.context = new AudioContext({ latencyHint: ${latencyHint} });
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([${JSON.stringify(IDLE_WORKLET)}], { type: 'text/javascript' })));
    const node = new AudioWorkletNode(context, 'idle', { outputChannelCount: [1] });
    context.createMediaStreamSource(stream).connect(node);
    node.connect(context.destination);
    await context.resume();
  })()`;
}
