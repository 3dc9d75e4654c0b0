/** Server-sent events out of a text that arrives in parts (WHATWG HTML, section 9.2.6; only `event` and one line of `data`). */

export interface ServerEvent {
  readonly type: string;
  readonly data: string;
}

export class EventReader {
  #rest = '';

  /** @returns the events that are complete now */
  push(text: string): ServerEvent[] {
    const parts = (this.#rest + text).split('\n\n');
    this.#rest = parts.pop()!;
    return parts.map((part) => {
      const field = (name: string): string => part.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
      return { type: field('event'), data: field('data') };
    });
  }
}
