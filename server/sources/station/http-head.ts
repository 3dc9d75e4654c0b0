/**
 * Reads the head of an HTTP response as radio servers write it, and writes it again as the standard
 * (RFC 9112) wants it, because Node's parser refuses what players accept: the status line of
 * Shoutcast 1 ("ICY 200 OK"), bare line feeds, names with spaces, control characters, a length that
 * is no number. Only the headers that are read here are kept, so no other one can do harm.
 */

/** Longest head that is accepted: four times what Node and curl allow for one line. */
export const MAX_HEAD_BYTES = 64 * 1024;
/** The longest start of a status line that must be seen to recognise one. */
const STATUS_START_CHARS = 5;
const KEPT = new Set([
  'connection', 'content-encoding', 'content-length', 'content-range', 'content-type', 'icy-br', 'icy-metaint', 'icy-name',
  'keep-alive', 'location', 'retry-after', 'set-cookie', 'transfer-encoding',
]);
/** Digits of the greatest length that a number holds exactly. */
const MAX_LENGTH_DIGITS = 15;
const CR = 13;
const LF = 10;

export interface Head {
  readonly status: number;
  /** Status line and headers with the empty line, each ended by CR LF; Latin-1 stands for bytes. */
  readonly text: string;
}

/** Whether bytes may begin a head; also true if they are too few to tell. */
export function mayBeHead(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1').trimStart().slice(0, STATUS_START_CHARS).toUpperCase();
  return ['HTTP/', 'HTTP ', 'ICY '].some((word) => word.startsWith(start) || start.startsWith(word));
}

/** @returns the index after the empty line that ends the head; -1 if that has not arrived */
export function endOfHead(bytes: Uint8Array): number {
  let begin = 0;
  // Empty lines before the status line are ignored.
  while (bytes[begin] === CR || bytes[begin] === LF) begin += 1;
  for (let at = bytes.indexOf(LF, begin); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    let next = at + 1;
    while (bytes[next] === CR) next += 1;
    if (bytes[next] === LF) return next + 1;
  }
  return -1;
}

/** @returns undefined if the first line is no status line */
export function readHead(bytes: Uint8Array): Head | undefined {
  const [first = '', ...lines] = Buffer.from(bytes).toString('latin1').trimStart().split('\n');
  const [, version, code, reason = ''] = /^(?:HTTP(?:\/([\d.]*))?|ICY)[ \t]+(\d{3})(?!\d)(.*)$/i.exec(printable(first)) ?? [];
  if (code === undefined) return undefined;
  const { headers, cookies } = readHeaders(lines);
  const coding = headers.get('transfer-encoding')?.toLowerCase() ?? '';
  headers.delete('transfer-encoding');
  if (coding.includes('chunked')) headers.set('transfer-encoding', 'chunked').delete('content-length');
  // Compression of the transfer is undone as that of the content is.
  if (coding.includes('gzip') && !headers.has('content-encoding')) headers.set('content-encoding', 'gzip');
  return {
    status: Number(code),
    text: [
      `HTTP/${version === '1.1' ? '1.1' : '1.0'} ${code} ${reason.trim()}`,
      ...[...headers].map(([name, value]) => `${name}: ${value}`),
      ...cookies.map((cookie) => `set-cookie: ${cookie}`),
      '', '',
    ].join('\r\n'),
  };
}

/** The headers that are kept. Of several with one name the last with a valid value counts, as in FFmpeg; cookies all count. */
function readHeaders(lines: readonly string[]): { readonly headers: Map<string, string>; readonly cookies: readonly string[] } {
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (const line of unfolded(lines)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = printable(line.slice(colon + 1)).trim();
    if (colon < 0 || value === '' || !KEPT.has(name)) continue;
    if (name === 'set-cookie') cookies.push(value);
    else if (name === 'content-length') setLength(headers, value);
    else if (name === 'icy-metaint') setMetaInterval(headers, value);
    else headers.set(name, value);
  }
  return { headers, cookies };
}

/** Lines with those that continue one (they begin with a space) appended to it (RFC 9112, section 5.2). */
function unfolded(lines: readonly string[]): string[] {
  const whole: string[] = [];
  for (const line of lines) {
    if (/^[ \t]/.test(line) && whole.length > 0 && !/^[ \t]*[\w-]+:/.test(line)) whole[whole.length - 1] += ` ${line.trim()}`;
    else whole.push(line.trimEnd());
  }
  return whole;
}

function setLength(headers: Map<string, string>, value: string): void {
  if (/^\d+$/.test(value) && value.length <= MAX_LENGTH_DIGITS) headers.set('content-length', value);
}

/** A proxy may have joined two: "8000, 8000". */
function setMetaInterval(headers: Map<string, string>, value: string): void {
  const last = value.match(/\d+/g)?.at(-1);
  if (last !== undefined && last.length <= MAX_LENGTH_DIGITS && !value.includes('-')) headers.set('icy-metaint', String(Number(last)));
}

function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, ' ');
}
