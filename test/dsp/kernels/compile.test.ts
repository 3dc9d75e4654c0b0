/** Kernels come twice, with and without relaxed SIMD; a machine runs one of them, the tests both. */
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

/** Calls as their users make them, of numbers that lie anywhere; what is written lies behind what is read. */
const CALLS: ReadonlyArray<[house: string, fused: Bytes, plain: Bytes, kernel: string, ...values: number[]]> = [
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

/** A memory of numbers from 0 to 1 but for what `melColumn` reads as a table: each band of two vectors. */
function memory(): WebAssembly.Memory {
  const made = new WebAssembly.Memory({ initial: PAGES });
  new Float32Array(made.buffer).forEach((_, index, values) => (values[index] = ((index * 7919) % 1009) / 1009));
  for (let band = 0; band < 4; band++) new Uint32Array(made.buffer).set([16 * band, 2], 16 * KIB + 2 * band);
  return made;
}

for (const [house, fused, plain, kernel, ...values] of CALLS) {
  test(`${house}, ${kernel}: the same with and without relaxed SIMD`, () => {
    const [wanted, found] = [plain, fused].map((bytes) => {
      const own = memory();
      (new WebAssembly.Instance(compile(bytes, plain), { env: { memory: own } }).exports[kernel] as Kernel)(...values);
      return new Float32Array(own.buffer);
    });
    const before = new Float32Array(memory().buffer);
    assert.ok(wanted!.some((value, index) => value !== before[index]), 'writes nothing');
    wanted!.forEach((value, index) => {
      const scale = Math.max(1, Math.abs(value));
      assert.ok(Math.abs(value - found![index]!) < 1e-4 * scale || (Number.isNaN(value) && Number.isNaN(found![index]!)), `${index}: ${found![index]} instead of ${value}`);
    });
  });
}

test('this Node has relaxed SIMD', () => {
  assert.ok(WebAssembly.validate(fusedDsp) && WebAssembly.validate(fusedModels));
});

test('takes the plain one where the other is not known', () => {
  const future = Uint8Array.of(0, 97, 115, 109, 2, 0, 0, 0);
  const names = (module: WebAssembly.Module): string[] => WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.equal(names(compile(future, plainDsp)), names(compile(fusedDsp, plainDsp)));
});

test.run();
