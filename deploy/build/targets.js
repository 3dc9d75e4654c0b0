/** The build targets: sources, commands and outputs. Change this list when a folder moves. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PAGES } from './docs/contents.js';
import { kernels } from './kernels.js';

const NODE = /** @type {const} */ ({ platform: 'node', target: 'node20' });
/** The model that browsers get. */
const DEVICE_MODEL = 'models/genre-v2';
const DEVICE = 'dist/web/device';
const SITE = 'dist/site';
/** The pages that become the docs of the site; their figures lie in `client/` and `test/bench/`. */
const DOCS = new Set(PAGES.map(({ path }) => path));
const RXJS = 'node_modules/rxjs/dist/esm/index.js';
const RXJS_LICENSE = 'RxJS, Copyright (c) 2015-2018 Google, Inc., Netflix, Inc., Microsoft Corp. and contributors, Apache License 2.0';
/**
 * Packages of many modules, each in one file: Node needs ten times as long to load the 224 modules of RxJS, in each
 * process and each worker thread, the 99 of zod 0.12 s of CPU in each process, the 125 of prom-client and
 * rate-limiter-flexible 0.17 s in each server. What uses zod gets the same one.
 * @type {readonly { readonly name: string, readonly from: string, readonly to: string, readonly exports?: string[], readonly external?: string[], readonly license: string }[]}
 */
const PACKAGES = [
  {
    name: 'rxjs',
    from: RXJS,
    to: 'dist/server/rxjs.js',
    license: RXJS_LICENSE,
  },
  { name: 'zod', from: 'node_modules/zod/index.js', to: 'dist/models/zod.js', license: 'zod, Copyright (c) 2025 Colin McDonnell, MIT License' },
  {
    name: '@hono/zod-openapi',
    from: 'node_modules/@hono/zod-openapi/dist/index.mjs',
    to: 'dist/server/zod-openapi.js',
    external: ['zod', 'hono', 'hono/*'],
    license: '@hono/zod-openapi, Copyright (c) 2021 - present, Yusuke Wada and Hono contributors; @asteasolutions/zod-to-openapi, Copyright (c) 2022 Astea Solutions; MIT License',
  },
  {
    name: 'prom-client',
    from: 'prom-client',
    exports: ['Counter', 'Gauge', 'Registry'],
    to: 'dist/server/prom-client.js',
    license: 'prom-client, Copyright 2015 Simon Nyberg, Apache License 2.0; @opentelemetry/api, Copyright The OpenTelemetry Authors, Apache License 2.0',
  },
  {
    name: 'rate-limiter-flexible',
    from: 'rate-limiter-flexible/lib/RateLimiterMemory.js',
    exports: ['default as RateLimiterMemory'],
    to: 'dist/server/rate-limiter.js',
    license: 'rate-limiter-flexible, Copyright 2019 Roman Voloboev, ISC License',
  },
];

/** The worker of a shard, in one file: the threads of a server start with it instead of loading 60 files each. */
const SHARD = 'server/shards/shard.ts';

/** Source of WebAssembly kernels, in AssemblyScript. */
const isAssembly = (/** @type {string} */ path) => path.endsWith('.as.ts');
const isTypeScript = (/** @type {string} */ path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !isAssembly(path);

/** @type {import('./build.js').Plan} */
export const PLAN = {
  folders: ['dsp', 'models', 'server', 'client', 'test', 'deploy'],
  files: ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  // The lock file in node_modules changes when other tools or libraries are installed.
  always: ['deploy/build/targets.js', 'deploy/build/kernels.js', 'node_modules/.package-lock.json', 'tsconfig.json'],
  targets: {
    /** The program and its tests, compiled file by file, but for the worker of a shard; with the scripts of deploy/, for their tests; and the packages of many modules. */
    node: {
      isSource: (path) => isTypeScript(path) || (/^deploy\/.*\.js$/.test(path) && path !== 'deploy/build/index.js'),
      build: async (root, sources) => [
        ...await esbuild(root, { entryPoints: sources.filter((path) => path !== SHARD), outbase: '.', outdir: 'dist', ...NODE, sourcemap: true }, bundledPackages),
        ...await esbuild(root, { entryPoints: [SHARD], outbase: '.', outdir: 'dist', ...NODE, sourcemap: true, bundle: true, alias: { rxjs: join(root, RXJS) }, plugins: [kernelsBeside, fftAsModule], banner: { js: `/*! ${RXJS_LICENSE} */` } }),
        ...(await Promise.all(PACKAGES.map(({ from, exports, to, external = [], license }) => (
          esbuild(root, {
            // A CommonJS package has only a default export, and may ask for modules of Node with `require`.
            ...(exports ? { stdin: { contents: `export { ${exports.join(', ')} } from '${from}';`, resolveDir: root } } : { entryPoints: [from] }),
            outfile: to, external, ...NODE, bundle: true, plugins: [englishOnly],
            banner: { js: `/*! ${license} */${exports ? "\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" : ''}` },
          }, bundledPackages)
        )))).flat(),
      ],
    },
    dspKernels: {
      isSource: (path) => path.startsWith('dsp/') && isAssembly(path),
      build: (root) => kernels(root, 'dsp/kernels/index.as.ts', 'dist/dsp/kernels'),
    },
    /** Depends on all kernel sources, because these kernels use functions of the dsp kernels. */
    modelKernels: {
      isSource: isAssembly,
      build: (root) => kernels(root, 'models/kernels/index.as.ts', 'dist/models/kernels'),
    },
    /** TensorFlow.js's gradients, bundled because plain Node can't import the file. */
    gradients: {
      isSource: () => false,
      build: (root) => esbuild(root, { entryPoints: ['node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js'], bundle: true, platform: 'node', outfile: 'dist/models/training/network/tfjs-gradients.js' }),
    },
    /** The pages and their scripts. They may bundle any source file, so all are sources. */
    web: {
      isSource: (path) => /^client\/.*\.(css|html|svg)$/.test(path) || (isTypeScript(path) && !path.startsWith('test/')),
      build: (root) => esbuild(root, {
        entryPoints: [
          'client/dashboard/dashboard.ts', 'client/dashboard/capture.ts', 'client/dashboard/dashboard.css', 'client/dashboard/index.html', 'client/dashboard/icon.svg',
          'client/widget/widget.ts', 'client/embed/embed.ts', 'client/embed/embed.html',
        ],
        bundle: true,
        minify: true,
        target: 'es2022',
        loader: { '.html': 'copy', '.svg': 'copy' },
        entryNames: '[name]',
        outdir: 'dist/web',
        plugins: [fftAsModule],
      }),
    },
    /** What classifies sound in a browser: its script, the worker with the kernels in it, and the model. Bundled from what the targets before it built. */
    device: {
      after: ['node', 'dspKernels', 'modelKernels'],
      isSource: (path) => (path.endsWith('.ts') && !path.startsWith('test/')) || (path.startsWith(`${DEVICE_MODEL}/`) && !path.endsWith('.md')),
      build: async (root) => {
        const { path, sha256 } = await deviceModel(root);
        const options = { bundle: true, minify: true, target: 'es2022', outdir: DEVICE, define: { MODEL_SHA256: JSON.stringify(sha256) } };
        return [path, ...await esbuild(root, { ...options, entryPoints: ['dist/client/device/device.js', 'dist/client/device/device-worker.js'] }, besideEachOther)];
      },
    },
    /** A folder for any static host: classifies on the device, and works without a network after the first visit. */
    site: {
      after: ['web', 'device'],
      isSource: (path) => path.startsWith('client/') || (isTypeScript(path) && !path.startsWith('test/')) || path.startsWith('deploy/build/docs/') || DOCS.has(path) || /^test\/bench\/.*\.svg$/.test(path),
      build: async (root) => {
        const options = { bundle: true, minify: true, target: 'es2022', outdir: SITE };
        const pages = await esbuild(root, { ...options, entryPoints: ['client/static-site/site.ts'], plugins: [fftAsModule] }, inFolderDevice);
        pages.push(...copied(root, 'client/static-site', SITE, ['index.html', 'widget.html', 'about.html', 'site.css', 'site.webmanifest']));
        pages.push(...copied(root, 'dist/web', SITE, ['capture.js', 'dashboard.css', 'icon.svg', 'widget.js']));
        pages.push(...copied(root, DEVICE, `${SITE}/device`, ['device.js', 'device-worker.js', 'model.bin']));
        // Imported here, because what renders the pages is a build tool.
        const { writeDocs } = await import('./docs/pages.js');
        pages.push(...writeDocs(root, `${SITE}/docs`));
        const version = createHash('sha256');
        for (const path of pages) version.update(readFileSync(join(root, path)));
        const define = {
          VERSION: JSON.stringify(version.digest('hex').slice(0, 16)),
          FILES: JSON.stringify(['./', ...pages.map((path) => path.slice(SITE.length + 1)).filter((path) => path !== 'index.html')]),
        };
        return [...pages, ...await esbuild(root, { ...options, define, entryPoints: ['client/static-site/service-worker.ts'] })];
      },
    },
  },
};

/**
 * @param {string} root
 * @param {string} from
 * @param {string} to
 * @param {readonly string[]} names
 */
function copied(root, from, to, names) {
  mkdirSync(join(root, to), { recursive: true });
  return names.map((name) => {
    copyFileSync(join(root, from, name), join(root, to, name));
    return `${to}/${name}`;
  });
}

/** @param {string} root */
async function deviceModel(root) {
  /** @param {string} module */
  const built = (module) => import(pathToFileURL(join(root, 'dist', module)).href);
  const [{ loadBundle }, { compactModel }] = await Promise.all([built('models/model-folder.js'), built('models/compact/write-compact-model.js')]);
  const bytes = compactModel(await loadBundle(join(root, DEVICE_MODEL)));
  const path = `${DEVICE}/model.bin`;
  mkdirSync(join(root, DEVICE), { recursive: true });
  writeFileSync(join(root, path), bytes);
  return { path, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * The files name each other as seen from dist/client/device, but they lie in one folder.
 * @param {string} _path
 * @param {string} text
 */
function besideEachOther(_path, text) {
  return text.replaceAll('../../web/device/', './');
}

/**
 * The site's page is one folder above them.
 * @param {string} _path
 * @param {string} text
 */
function inFolderDevice(_path, text) {
  return text.replaceAll('../../web/device/', './device/');
}

/**
 * Imports of a package that is bundled lead to its file.
 * @param {string} path of a compiled file, from the root
 * @param {string} text
 */
function bundledPackages(path, text) {
  return PACKAGES.reduce((edited, { name, to }) => (
    edited.replace(new RegExp(`^((?:import|export|\\}) .*from )"${name}";$`, 'gm'), (_, start) => `${start}"${relative(dirname(path), to).replaceAll(sep, '/').replace(/^(?!\.)/, './')}";`)
  ), text);
}

/** Without zod's messages in 60 other languages. @type {import('esbuild').Plugin} */
const englishOnly = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({ contents: 'export { default as en } from "./en.js";' }));
  },
};

/** Compiled kernels are files of their own, which other targets write. @type {import('esbuild').Plugin} */
const kernelsBeside = {
  name: 'kernels-beside',
  setup({ initialOptions, onResolve }) {
    onResolve({ filter: /\.wasm\.js$/ }, ({ path, resolveDir }) => {
      const { absWorkingDir = '' } = initialOptions;
      return { path: relative(dirname(SHARD), join(relative(absWorkingDir, resolveDir), path)).replaceAll(sep, '/'), external: true };
    });
  },
};

/**
 * fft.js as an ES module, without the methods that nothing here calls: the code with which esbuild wraps CommonJS
 * would be 270 bytes of the gzipped widget, these 720.
 * @type {import('esbuild').Plugin}
 */
const fftAsModule = {
  name: 'fft-as-module',
  setup({ onLoad }) {
    onLoad({ filter: /fft\.js[\\/]lib[\\/]fft\.js$/ }, ({ path }) => ({ contents: readFileSync(path, 'utf8').replace('module.exports = FFT;', 'export default FFT;').replace(/^FFT\.prototype\.(?!transform |_transform4 |_singleTransform[24] )\w+ = [^]*?^};$/gm, '') }));
  },
};

/**
 * @param {string} root
 * @param {import('esbuild').BuildOptions} options
 * @param {(path: string, text: string) => string} [edit] gets each compiled script, by its path from the root
 * @returns {Promise<string[]>} the files written, as paths from the root
 */
async function esbuild(root, options, edit) {
  // Imported only when something has to be built.
  const { build } = await import('esbuild');
  const { metafile, outputFiles } = await build({ format: 'esm', logLevel: 'warning', ...options, absWorkingDir: root, metafile: true, write: !edit });
  for (const { path, text, contents } of outputFiles ?? []) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, edit && path.endsWith('.js') ? edit(relative(root, path), text) : contents);
  }
  return Object.keys(metafile.outputs);
}
