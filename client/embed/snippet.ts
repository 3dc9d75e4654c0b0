/** The HTML to paste into a page. */
import type { Property, Size } from '../widget/theming.js';

export interface Choices {
  /** Id of a stream; null for the visitor's microphone. */
  readonly stream: string | null;
  readonly size: Size;
  readonly theme: 'auto' | 'light' | 'dark';
  /** Only the changed ones. */
  readonly properties: Readonly<Partial<Record<Property, string>>>;
}

/** Where the page's own server gives out short-lived tokens, for the reader to replace. */
export const TOKEN_PATH = '/my-genre-token';

/**
 * @param server address that ends with a slash
 * @param isTokenNeeded whether visitors need a token for it
 */
export function snippet(choices: Choices, server: string, isTokenNeeded = false): string {
  const lines = [`<script type="module" src="${escape(`${server}widget.js`)}"></script>`, element(choices)];
  if (isTokenNeeded) lines.push(`<script>document.querySelector('live-genre').token = async () => (await fetch('${TOKEN_PATH}')).text();</script>`);
  return lines.join('\n');
}

/** Leaves out attributes with default values. */
export function element({ stream, size, theme, properties }: Choices): string {
  const attributes = [
    stream === null ? 'mic' : `stream="${escape(stream)}"`,
    size === 'card' ? '' : `size="${size}"`,
    theme === 'auto' ? '' : `theme="${theme}"`,
    Object.keys(properties).length === 0 ? '' : `style="${escape(declarations(properties))}"`,
  ].filter((attribute) => attribute !== '');
  return `<live-genre ${attributes.join(' ')}></live-genre>`;
}

export function declarations(properties: Choices['properties']): string {
  return Object.entries(properties).map(([name, value]) => `${name}: ${value}`).join('; ');
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
}
