/** Compiles AssemblyScript to JavaScript modules that contain the WebAssembly, with and without relaxed SIMD. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const FLAGS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];
const FORMS = { kernels: [], 'fused-kernels': ['--enable', 'relaxed-simd'] };

/**
 * @param {string} root
 * @param {string} entry AssemblyScript source, from the root
 * @param {string} folder where `kernels.wasm.js` and `fused-kernels.wasm.js` go, from the root
 * @returns {Promise<string[]>} the files written, as paths from the root
 */
export async function kernels(root, entry, folder) {
  const names = Object.keys(FORMS);
  await Promise.all(Object.entries(FORMS).map(([name, flags]) => compile(root, [entry, ...FLAGS, ...flags, '-o', `${folder}/${name}.wasm`])));
  const { build } = await import('esbuild');
  await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => `${folder}/${name}.wasm`),
    outdir: folder,
    outExtension: { '.js': '.wasm.js' },
    loader: { '.wasm': 'binary' },
    format: 'esm',
    // Platform-neutral (no Node Buffer), because browsers load them too.
    platform: 'neutral',
    target: 'es2022',
    logLevel: 'warning',
  });
  return names.flatMap((name) => [`${folder}/${name}.wasm`, `${folder}/${name}.wasm.js`]);
}

/**
 * Runs asc in a child process, so that several can run in parallel.
 * @param {string} root
 * @param {readonly string[]} args
 */
async function compile(root, args) {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin/asc.js');
  try {
    await promisify(execFile)(process.execPath, [compiler, ...args], { cwd: root });
  } catch (error) {
    const { stderr, message } = /** @type {Error & { stderr?: string }} */ (error);
    throw new Error(`AssemblyScript refuses ${args[0]}:\n${stderr || message}`);
  }
}
