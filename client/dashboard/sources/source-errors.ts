/** What a person can do when a source of sound does not work. */

/** An error whose message is meant for the page. */
export class SourceError extends Error {}

/**
 * @param name a DOMException's name as getUserMedia gives it, 'insecure' where the page gets no media devices, or 'lost' where the device went away
 */
export function microphoneErrorText(name: string): string {
  switch (name) {
    case 'insecure':
      return 'Browsers give the microphone to secure pages only. Open this page over https, or as http://localhost on the computer that runs the server.';
    case 'NotAllowedError':
    case 'SecurityError':
      return 'The microphone is blocked for this page. Allow it in the site settings beside the address, then choose Microphone again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No microphone was found. Connect one, then choose Microphone again.';
    case 'NotReadableError':
    case 'AbortError':
      return 'The microphone is there but gives no sound; another program may hold it. Close that program, then choose Microphone again.';
    case 'lost':
      return 'The microphone was unplugged or switched off. Connect it, then choose Microphone again.';
    default:
      return `The microphone could not be opened (${name}). Try another browser, or drop a file instead.`;
  }
}

/** More than this, decoded, is more than a page should hold. */
export const MAX_FILE_BYTES = 150 * 2 ** 20;

export function fileTooBigText(name: string, bytes: number): string {
  return `${name} has ${Math.round(bytes / 2 ** 20)} MB; a browser decodes up to ${MAX_FILE_BYTES / 2 ** 20} MB at once. For longer files use: npx livegenre classify FILE`;
}

export function undecodableFileText(name: string): string {
  return `This browser can't decode ${name}. Drop an MP3, WAV, FLAC, Ogg or M4A file, or use: npx livegenre classify FILE`;
}
