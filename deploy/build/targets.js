/** The build targets: sources, commands and outputs. Change this list when a folder moves. */
import { kernels } from './kernels.js';

/** Source of WebAssembly kernels, in AssemblyScript. */
const isAssembly = (/** @type {string} */ path) => path.endsWith('.as.ts');
const isTypeScript = (/** @type {string} */ path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !isAssembly(path);

/** @type {import('./build.js').Plan} */
export const PLAN = {
  folders: ['dsp', 'models', 'server', 'client', 'test', 'deploy/build'],
  // The lock file in node_modules changes when other tools or libraries are installed.
  always: ['deploy/build/targets.js', 'deploy/build/kernels.js', 'node_modules/.package-lock.json', 'tsconfig.json'],
  targets: {
    /** The program and its tests, compiled file by file; with deploy/build, for its tests. */
    node: {
      isSource: (path) => isTypeScript(path) || (path.startsWith('deploy/build/') && path !== 'deploy/build/index.js'),
      build: (root, sources) => esbuild(root, { entryPoints: [...sources], outbase: '.', outdir: 'dist', platform: 'node', target: 'node20', sourcemap: true }),
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
      }),
    },
  },
};

/**
 * @param {string} root
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<string[]>} the files written, as paths from the root
 */
async function esbuild(root, options) {
  // Imported only when something has to be built.
  const { build } = await import('esbuild');
  const { metafile } = await build({ format: 'esm', logLevel: 'warning', ...options, absWorkingDir: root, metafile: true });
  return Object.keys(metafile.outputs);
}
