/** What is built, from what and how: the one list to change when a folder moves. */
import { kernels } from './kernels.js';

/** Source of WebAssembly kernels, in AssemblyScript. */
const isAssembly = (/** @type {string} */ path) => path.endsWith('.as.ts');
const isTypeScript = (/** @type {string} */ path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !isAssembly(path);

/** @type {import('./build.js').Plan} */
export const PLAN = {
  folders: ['dsp', 'models', 'server', 'client', 'test', 'deploy/build'],
  // The second is npm's account of what is installed: other tools or libraries build everything anew.
  always: ['deploy/build/targets.js', 'deploy/build/kernels.js', 'node_modules/.package-lock.json', 'tsconfig.json'],
  targets: {
    /** The program and its tests, file by file; what this program is made of too, for its tests. */
    node: {
      isSource: (path) => isTypeScript(path) || (path.startsWith('deploy/build/') && path !== 'deploy/build/index.js'),
      build: (root, sources) => esbuild(root, { entryPoints: [...sources], outbase: '.', outdir: 'dist', platform: 'node', target: 'node20', sourcemap: true }),
    },
    dspKernels: {
      isSource: (path) => path.startsWith('dsp/') && isAssembly(path),
      build: (root) => kernels(root, 'dsp/kernels/index.as.ts', 'dist/dsp/kernels'),
    },
    /** They use functions of the other kernels. */
    modelKernels: {
      isSource: isAssembly,
      build: (root) => kernels(root, 'models/kernels/index.as.ts', 'dist/models/kernels'),
    },
    /** Gradients of TensorFlow.js, which plain Node can't import. */
    gradients: {
      isSource: () => false,
      build: (root) => esbuild(root, { entryPoints: ['node_modules/@tensorflow/tfjs-core/dist/register_all_gradients.js'], bundle: true, platform: 'node', outfile: 'dist/models/training/network/tfjs-gradients.js' }),
    },
    /** Pages and what they load. Any of the program's files may be bundled, so all count. */
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
  // Loaded when there is something to build: the check alone needs none of it.
  const { build } = await import('esbuild');
  const { metafile } = await build({ format: 'esm', logLevel: 'warning', ...options, absWorkingDir: root, metafile: true });
  return Object.keys(metafile.outputs);
}
