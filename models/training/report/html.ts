/**
 * Markup whose holes are escaped: labels, ids and command lines come from outside, and only what
 * was made by `html` itself is taken as markup.
 */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type HtmlValue = Markup | string | number | null | undefined | false | readonly HtmlValue[];

/** A template of elements and attributes (always in double quotes). Nothing, false and null leave no trace. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + rendered(values[index - 1]) + part));
}

function rendered(hole: HtmlValue): string {
  if (hole === null || hole === undefined || hole === false) return '';
  if (hole instanceof Markup) return hole.text;
  if (Array.isArray(hole)) return (hole as readonly HtmlValue[]).map(rendered).join('');
  return escaped(String(hole));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    // Control characters have no place in HTML; the tab and the newline do.
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd');
}
