/** Responses of the Subsonic API: one object, written as JSON or as the same in XML, with status 200 whatever happened. */

export type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value | undefined };

/** Error codes of the Subsonic API that are used here. */
export const SUBSONIC_ERRORS = { generic: 0, missing: 10, wrongPassword: 40, conflicting: 43, wrongKey: 44, notFound: 70 } as const;

export class SubsonicError extends Error {
  override readonly name = 'SubsonicError';
  readonly code: number;

  constructor(error: keyof typeof SUBSONIC_ERRORS, message: string) {
    super(message);
    this.code = SUBSONIC_ERRORS[error];
  }
}

const API_VERSION = '1.16.1';

/** @param body besides what every response has; an error makes a failed response */
export function subsonicResponse(body: Readonly<Record<string, Value>> | SubsonicError, serverVersion: string): Readonly<Record<string, Value>> {
  const own = body instanceof SubsonicError ? { error: { code: body.code, message: body.message } } : body;
  return { status: body instanceof SubsonicError ? 'failed' : 'ok', version: API_VERSION, type: 'livegenre', serverVersion, openSubsonic: true, ...own };
}

export function asJson(response: Readonly<Record<string, Value>>): string {
  return JSON.stringify({ 'subsonic-response': response });
}

export function asXml(response: Readonly<Record<string, Value>>): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('subsonic-response', { xmlns: 'http://subsonic.org/restapi', ...response })}\n`;
}

/** Plain values are attributes, objects child elements, and lists an element for each of their values. */
function element(name: string, value: Value): string {
  if (Array.isArray(value)) return value.map((each: Value) => element(name, each)).join('');
  if (typeof value !== 'object') return `<${name}>${escaped(String(value))}</${name}>`;
  const fields = Object.entries(value as { readonly [name: string]: Value | undefined }).filter((field): field is [string, Value] => field[1] !== undefined);
  const attributes = fields.filter(([, each]) => typeof each !== 'object').map(([key, each]) => ` ${key}="${escaped(String(each))}"`).join('');
  const children = fields.filter(([, each]) => typeof each === 'object').map(([key, each]) => element(key, each)).join('');
  return children === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${children}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Characters that XML can't have become question marks. */
function escaped(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '?').replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
