/**
 * HTML templates with automatic escaping: labels, ids and command lines are untrusted, and only the
 * output of `html` is inserted unescaped.
 */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type HtmlValue = Markup | string | number | null | undefined | false | readonly HtmlValue[];

/** Template tag for elements and attributes (always double-quoted). Undefined, false and null render as nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + rendered(values[index - 1]) + part));
}

function rendered(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return (value as readonly HtmlValue[]).map(rendered).join('');
  return escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    // Control characters other than tab and newline are invalid in HTML.
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd');
}
