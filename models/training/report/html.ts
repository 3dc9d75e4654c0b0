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

type Hole = Markup | string | number | null | undefined | false | readonly Hole[];

/** A template of elements and attributes (always in double quotes). Nothing, false and null leave no trace. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + filled(holes[index - 1]) + part));
}

function filled(hole: Hole): string {
  if (hole === null || hole === undefined || hole === false) return '';
  if (hole instanceof Markup) return hole.text;
  if (Array.isArray(hole)) return (hole as readonly Hole[]).map(filled).join('');
  return escaped(String(hole));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    // Control characters have no place in HTML; the tab and the newline do.
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd');
}
