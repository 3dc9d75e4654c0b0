/**
 * A page of the repository as HTML. What is HTML in the Markdown becomes text, so nothing in a page can break the
 * site's security policy. Links to other pages lead to their HTML, links to other files of the repository become text.
 */
import { posix } from 'node:path';
import { Marked } from 'marked';
import { anchorsOfPage } from './anchors.js';
import { fileOf, imageFile, PAGES } from './contents.js';

/**
 * @typedef {object} Rendered
 * @property {string} html
 * @property {string} title the first heading, as text
 * @property {readonly { readonly anchor: string, readonly text: string }[]} sections the headings of the second level
 * @property {readonly string[]} images their paths in the repository
 */

const paths = new Set(PAGES.map(({ path }) => path));

/** @param {string} text */
export const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * @param {string} path of the page in the repository
 * @param {string} text Markdown
 * @returns {Rendered}
 */
export function rendered(path, text) {
  const anchorOf = anchorsOfPage();
  let title = '';
  /** @type {{ anchor: string, text: string }[]} */
  const sections = [];
  /** @type {Set<string>} */
  const images = new Set();
  /** @param {string} href */
  const inRepository = (href) => posix.normalize(posix.join(posix.dirname(path), decodeURI(href)));

  const marked = new Marked({
    renderer: {
      heading({ depth, tokens }) {
        const words = this.parser.parseInline(tokens, this.parser.textRenderer);
        const anchor = anchorOf(words);
        if (depth === 1) title ||= words;
        if (depth === 2) sections.push({ anchor, text: words });
        return `<h${depth} id="${escaped(anchor)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens);
        const to = target(href);
        return to === undefined ? words : `<a href="${escaped(to)}">${words}</a>`;
      },
      image({ href, text: description }) {
        if (/^[a-z]+:/i.test(href)) return escaped(description);
        const image = inRepository(href);
        images.add(image);
        return `<img src="${escaped(imageFile(image))}" alt="${escaped(description)}" loading="lazy">`;
      },
      html({ text: html }) {
        return /^\s*<!--[^]*-->\s*$/.test(html) ? '' : escaped(html);
      },
      code({ text: code }) {
        // To be reached with the keyboard, because it scrolls where it is wider than the page.
        return `<pre tabindex="0"><code>${escaped(code)}\n</code></pre>\n`;
      },
      table({ header, rows }) {
        /** @param {typeof header} cells */
        const row = (cells) => `<tr>${cells.map(({ tokens, header: isHeader, align }) => {
          const tag = isHeader ? 'th' : 'td';
          return `<${tag}${align ? ` class="${align}"` : ''}>${this.parser.parseInline(tokens)}</${tag}>`;
        }).join('')}</tr>\n`;
        const hasHead = header.some(({ text: words }) => words.trim() !== '');
        return `<div class="table" tabindex="0"><table>\n${hasHead ? `<thead>${row(header)}</thead>\n` : ''}<tbody>\n${rows.map(row).join('')}</tbody></table></div>\n`;
      },
    },
  });

  /**
   * @param {string} href
   * @returns {string | undefined} undefined where the site has nothing to lead to
   */
  function target(href) {
    if (/^https?:\/\//i.test(href) || href.startsWith('#')) return href;
    if (/^[a-z][a-z\d+.-]*:/i.test(href)) return undefined;
    const [to = '', anchor] = href.split('#');
    const page = inRepository(to);
    return paths.has(page) ? fileOf(page) + (anchor === undefined ? '' : `#${anchor}`) : undefined;
  }

  const html = /** @type {string} */ (marked.parse(text, { async: false }));
  return { html, title, sections, images: [...images] };
}
