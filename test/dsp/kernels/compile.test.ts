/** Compares the two builds of the kernels, with and without relaxed SIMD. A machine uses only one of them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compile } from '../../../dsp/kernels/compile.js';
import fusedDsp from '../../../dsp/kernels/fused-kernels.wasm.js';
import plainDsp from '../../../dsp/kernels/kernels.wasm.js';
import '../../../models/kernels/relaxed-simd.js';
import fusedModels from '../../../models/kernels/fused-kernels.wasm.js';
import plainModels from '../../../models/kernels/kernels.wasm.js';

type Bytes = Uint8Array<ArrayBuffer>;
type Kernel = (...values: number[]) => number;

const PAGES = 4;
const KIB = 1024;

/** Valid kernel calls on arbitrary addresses; every output lies after the inputs. */
const CALLS: ReadonlyArray<[folder: string, fused: Bytes, plain: Bytes, kernel: string, ...values: number[]]> = [
  ['dsp', fusedDsp, plainDsp, 'melColumn', 32, 16, 512, 1024, 2 * KIB, 4 * KIB, 8 * KIB, 4, 64 * KIB, 12 * KIB, 16 * KIB],
  ['dsp', fusedDsp, plainDsp, 'toDecibels', 16, 400],
  ['dsp', fusedDsp, plainDsp, 'bandLimit', 64, 32, 64, 32, 16, 1024, 2 * KIB, 8 * KIB, 16 * KIB],
  ['dsp', fusedDsp, plainDsp, 'interpolate', 16, 3, 50, 320, 147, 16, 147, 4 * KIB, 32 * KIB],
  ['dsp', fusedDsp, plainDsp, 'interpolate', 16, 3, 50, 320, 147, 16, 64, 4 * KIB, 32 * KIB],
  ['models', fusedModels, plainModels, 'gemm', 16, 128, 7, 3, 2 * KIB, 20, 8 * KIB, 12, 32 * KIB, 0, 48 * KIB, 64],
  ['models', fusedModels, plainModels, 'convolution', 16, 2, 2, 1, 8, 8, 16 * KIB, 30 * KIB, 100 * KIB, 4, 2, 1, 128 * KIB, 160 * KIB, 190 * KIB],
  ['models', fusedModels, plainModels, 'gruGates', 16, 4 * KIB, 8 * KIB, 64, 3, 12, 16 * KIB, 64],
  ['models', fusedModels, plainModels, 'lstmGates', 16, 4 * KIB, 8 * KIB, 12 * KIB, 64, 3, 12, 16 * KIB, 64],
  ['models', fusedModels, plainModels, 'statistics', 16, 14, 1024, 2 * KIB, 0.1, 2, 1e-3, 4 * KIB, 5 * KIB],
];

/** A memory filled with numbers from 0 to 1, except the `runs` table of `melColumn`: four bands of two vectors each. */
function memory(): WebAssembly.Memory {
  const filled = new WebAssembly.Memory({ initial: PAGES });
  new Float32Array(filled.buffer).forEach((_, index, values) => (values[index] = ((index * 7919) % 1009) / 1009));
  for (let band = 0; band < 4; band++) new Uint32Array(filled.buffer).set([16 * band, 2], 16 * KIB + 2 * band);
  return filled;
}

for (const [folder, fused, plain, kernel, ...values] of CALLS) {
  test(`${folder}, ${kernel}: the same result with and without relaxed SIMD`, () => {
    const [expected, actual] = [plain, fused].map((bytes) => {
      const own = memory();
      (new WebAssembly.Instance(compile(bytes, plain), { env: { memory: own } }).exports[kernel] as Kernel)(...values);
      return new Float32Array(own.buffer);
    });
    const before = new Float32Array(memory().buffer);
    assert.ok(expected!.some((value, index) => value !== before[index]), 'writes nothing');
    expected!.forEach((value, index) => {
      const scale = Math.max(1, Math.abs(value));
      assert.ok(Math.abs(value - actual![index]!) < 1e-4 * scale || (Number.isNaN(value) && Number.isNaN(actual![index]!)), `${index}: ${actual![index]} instead of ${value}`);
    });
  });
}

test('this version of Node supports relaxed SIMD', () => {
  assert.ok(WebAssembly.validate(fusedDsp) && WebAssembly.validate(fusedModels));
});

test('falls back to the plain build if the engine rejects the fused one', () => {
  const future = Uint8Array.of(0, 97, 115, 109, 2, 0, 0, 0);
  const names = (module: WebAssembly.Module): string[] => WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.equal(names(compile(future, plainDsp)), names(compile(fusedDsp, plainDsp)));
});

test.run();
