/** Error messages of audio sources, with what the visitor can do. */

/** An error whose message is shown on the page. */
export class SourceError extends Error {}

/**
 * @param name name of the DOMException from getUserMedia; 'insecure' if the page has no mediaDevices; 'lost' if the device was disconnected
 */
export function microphoneErrorText(name: string): string {
  switch (name) {
    case 'insecure':
      return 'Browsers allow the microphone only on secure pages. Open this page over https, or as http://localhost on the computer that runs the server.';
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The microphone is blocked for this page. Allow it in the site settings next to the address, then choose Microphone again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No microphone was found. Connect one, then choose Microphone again.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The microphone delivers no audio; another program may be using it. Close that program, then choose Microphone again.';
    case 'lost':
      return 'The microphone was unplugged or switched off. Connect it, then choose Microphone again.';
    default:
      return `The microphone could not be opened (${name}). Try another browser, or drop a file instead.`;
  }
}

/** Limit of the encoded file: the decoded audio is held in memory. */
export const MAX_FILE_BYTES = 150 * 2 ** 20;

export function fileTooBigText(name: string, bytes: number): string {
  return `${name} has ${Math.round(bytes / 2 ** 20)} MB; the limit in the browser is ${MAX_FILE_BYTES / 2 ** 20} MB. For larger files use: npx livegenre classify FILE`;
}

export function undecodableFileText(name: string): string {
  return `This browser can't decode ${name}. Drop an MP3, WAV, FLAC, Ogg or M4A file, or use: npx livegenre classify FILE`;
}
