/**
 * Sends a file to be classified and reads the events of it. Two requests: XMLHttpRequest tells how much was sent,
 * and browsers read its response only when all is sent; the events come by the other one meanwhile.
 */
import { BASE } from '../base.js';
import { EventReader, type ServerEvent } from '../model/event-reader.js';

export interface UploadOptions {
  readonly topK: number;
  readonly tags: number;
  readonly token: string | undefined;
  readonly onSent: (bytes: number) => void;
  readonly onEvents: (events: readonly ServerEvent[]) => void;
  readonly signal: AbortSignal;
}

/** Why there is no answer. */
export class UploadError extends Error {
  /** The server's error code; empty if the server could not be reached. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Resolves after the last event, `summary` or `error`.
 * @throws UploadError when the server refuses the file or can't be reached; the signal's reason when it is aborted
 */
export async function uploadFile(file: File, { topK, tags, token, onSent, onEvents, signal }: UploadOptions): Promise<void> {
  const id = crypto.getRandomValues(new Uint8Array(16)).reduce((text, byte) => text + byte.toString(16).padStart(2, '0'), '');
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const stop = new AbortController();
  const abort = (): void => stop.abort(signal.reason);
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  let isLast = false;
  const reading = readEvents(new URL(`v1/classify/${id}/events`, BASE), headers, stop.signal, (events) => {
    isLast ||= events.some(({ type }) => type === 'summary' || type === 'error');
    onEvents(events);
  });
  const query = new URLSearchParams({ id, name: file.name.slice(-200), topK: String(topK), tags: String(tags), spectrogram: '1' });
  const sending = send(file, new URL(`v1/classify?${query}`, BASE), headers, stop.signal, onSent);
  sending.catch(() => {}); // awaited below, if the events say nothing
  try {
    await reading;
    // A refusal that came before the events had begun is in the response only.
    if (!isLast) await sending;
    if (!isLast) throw new UploadError('', 'The connection to the server was lost.');
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof UploadError ? error : await sending.then(() => unreachable(), (refusal: unknown) => (refusal instanceof UploadError ? refusal : unreachable()));
  } finally {
    signal.removeEventListener('abort', abort);
    stop.abort();
  }
}

function unreachable(): UploadError {
  return new UploadError('', 'The server can’t be reached.');
}

async function readEvents(url: URL, headers: Record<string, string>, signal: AbortSignal, onEvents: (events: readonly ServerEvent[]) => void): Promise<void> {
  const response = await fetch(url, { headers, signal, cache: 'no-store' });
  if (!response.ok || !response.body) throw refusal(response.status, await response.text());
  const reader = new EventReader();
  const texts = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await texts.read(); !part.done; part = await texts.read()) {
    const events = reader.push(part.value);
    if (events.length > 0) onEvents(events);
  }
}

function send(file: File, url: URL, headers: Record<string, string>, signal: AbortSignal, onSent: (bytes: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => (request.status === 200 ? resolve() : reject(refusal(request.status, request.responseText)));
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new UploadError('', 'Stopped.'));
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) return reject(new UploadError('', 'Stopped.'));
    request.send(file);
  });
}

/** The server's problem details (RFC 9457), if it sent any. */
function refusal(status: number, text: string): UploadError {
  try {
    const { code, detail } = JSON.parse(text) as { code?: string; detail?: string };
    if (code !== undefined && detail !== undefined) return new UploadError(code, detail);
  } catch {
    // A proxy's error page is not JSON.
  }
  return new UploadError(String(status), `The server answered with ${status}.`);
}
