/** The pages of the docs, in the order of their contents list, with the file that each becomes. A test holds the list against the repository. */

/** @typedef {{ readonly path: string, readonly name: string }} Entry a page by its path in the repository, and its name in the contents list */

/** @type {readonly { readonly group: string, readonly pages: readonly Entry[] }[]} */
export const CONTENTS = [
  {
    group: 'Use',
    pages: [
      { path: 'README.md', name: 'Overview' },
      { path: 'server/README.md', name: 'The server' },
      { path: 'server/PROTOCOL.md', name: 'The protocol' },
      { path: 'client/README.md', name: 'The clients' },
      { path: 'server/tune/README.md', name: 'Tuning in' },
      { path: 'server/library/README.md', name: 'Libraries' },
      { path: 'deploy/README.md', name: 'Operating' },
      { path: 'server/cluster/README.md', name: 'Several nodes' },
      { path: 'SECURITY.md', name: 'Security' },
    ],
  },
  {
    group: 'Models and sound',
    pages: [
      { path: 'models/README.md', name: 'Models and training' },
      { path: 'models/genre-v2/card.md', name: 'Card of genre-v2' },
      { path: 'models/genre-v1/card.md', name: 'Card of genre-v1' },
      { path: 'models/EXPERIMENTS.md', name: 'Experiments' },
      { path: 'dsp/README.md', name: 'Signal processing' },
    ],
  },
  {
    group: 'Develop',
    pages: [
      { path: 'ARCHITECTURE.md', name: 'Architecture' },
      { path: 'CONTRIBUTING.md', name: 'Contributing' },
      { path: 'test/README.md', name: 'Tests and figures' },
      { path: 'CHANGELOG.md', name: 'Changes' },
    ],
  },
];

export const PAGES = CONTENTS.flatMap(({ pages }) => pages);

/**
 * All pages lie in one folder: `server/tune/README.md` is `server-tune.html`, the front page `index.html`.
 * @param {string} path of a page in the repository
 */
export function fileOf(path) {
  const name = path.replace(/(^|\/)README\.md$|\.md$/, '').replaceAll('/', '-').toLowerCase();
  return `${name || 'index'}.html`;
}

/**
 * @param {string} path of an image in the repository
 * @returns {string} its file, from the folder of the docs
 */
export function imageFile(path) {
  return `images/${path.replaceAll('/', '-')}`;
}
