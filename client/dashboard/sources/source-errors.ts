/** Error messages of audio sources, with what the visitor can do. */

/** An error whose message is shown on the page. */
export class SourceError extends Error {}

/**
 * @param name name of the DOMException from getUserMedia; 'insecure' if the page has no mediaDevices; or why no sound comes (`Interruption`)
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
      return 'The microphone was unplugged or switched off. Connect one: listening goes on by itself, or when you press Resume.';
    case 'muted':
      return 'The microphone is muted, by a call, the system, the browser or a switch on it. Listening goes on when it is unmuted.';
    case 'interrupted':
      return 'A call or another program has taken the audio of this device. Listening goes on when that ends, or when you press Resume.';
    case 'suspended':
      return 'The browser has paused the audio of this page, or finds no audio device. Listening goes on by itself, or when you press Resume.';
    case 'stalled':
      return 'The microphone has stopped delivering sound. Listening goes on by itself, or when you press Resume.';
    case 'zeros':
      return 'The microphone delivers only digital silence. It may be muted by a switch on it or in the settings of the system.';
    default:
      return `The microphone could not be opened (${name}). Try another browser, or drop a file instead.`;
  }
}

/** While the browser or the system has paused the audio of a file. */
export const PAUSED_FILE_TEXT = 'The browser has paused the audio of this page, as in a call. Press Resume to go on.';

/** Limit of the encoded file: the decoded audio is held in memory. */
export const MAX_FILE_BYTES = 150 * 2 ** 20;

export function fileTooBigText(name: string, bytes: number): string {
  return `${name} has ${Math.round(bytes / 2 ** 20)} MB; the limit in the browser is ${MAX_FILE_BYTES / 2 ** 20} MB. For larger files use: npx livegenre classify FILE`;
}

export function undecodableFileText(name: string): string {
  return `This browser can't decode ${name}. Drop an MP3, WAV, FLAC, Ogg or M4A file, or use: npx livegenre classify FILE`;
}
