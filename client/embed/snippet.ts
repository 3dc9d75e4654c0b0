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

/** @param server address that ends with a slash */
export function snippet(choices: Choices, server: string): string {
  return `<script type="module" src="${escape(`${server}widget.js`)}"></script>\n${element(choices)}`;
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
