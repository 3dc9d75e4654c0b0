/** Writes the docs of the static site: the pages of the repository in the site's look, each with the contents list beside it. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CONTENTS, fileOf, imageFile, PAGES } from './contents.js';
import { escaped, rendered } from './markdown.js';

/** Holds `{title}`, `{contents}` and `{page}`. */
const TEMPLATE = 'client/static-site/docs.html';

/**
 * @param {string} root of the repository
 * @param {string} folder where they go, from the root
 * @returns {string[]} the files written, as paths from the root
 */
export function writeDocs(root, folder) {
  const template = readFileSync(join(root, TEMPLATE), 'utf8');
  /** @type {Set<string>} */
  const images = new Set();
  mkdirSync(join(root, folder), { recursive: true });
  const pages = PAGES.map(({ path }) => {
    const page = rendered(path, readFileSync(join(root, path), 'utf8'));
    for (const image of page.images) images.add(image);
    /** @type {Readonly<Record<string, string>>} */
    const parts = { title: escaped(page.title), contents: contentsList(path, page.sections), page: page.html };
    const file = `${folder}/${fileOf(path)}`;
    writeFileSync(join(root, file), template.replace(/\{(title|contents|page)\}/g, (_, name) => parts[name] ?? ''));
    return file;
  });
  return [...pages, ...[...images].map((image) => {
    const file = `${folder}/${imageFile(image)}`;
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(join(root, image), join(root, file));
    return file;
  })];
}

/**
 * @param {string} here the page that it stands beside, whose sections are listed too
 * @param {import('./markdown.js').Rendered['sections']} sections
 */
function contentsList(here, sections) {
  const inside = sections.map(({ anchor, text }) => `<li><a href="#${escaped(anchor)}">${escaped(text)}</a></li>`).join('');
  return CONTENTS.map(({ group, pages }) => `<h2>${group}</h2>\n<ul>${pages.map(({ path, name }) => (
    path === here
      ? `<li><a href="${fileOf(path)}" aria-current="page">${name}</a>${inside === '' ? '' : `<ul>${inside}</ul>`}</li>`
      : `<li><a href="${fileOf(path)}">${name}</a></li>`
  )).join('\n')}</ul>`).join('\n');
}
