/** The compiled kernels: whether they were built, and which of their two forms this machine runs. */
import '../../models/kernels/relaxed-simd.js';
import { note, ok, problem, reasonOf, type Finding } from './finding.js';

/** One set of kernels, with relaxed SIMD (fused multiply-add) and without. */
export interface KernelForms {
  readonly fused: Uint8Array<ArrayBuffer>;
  readonly plain: Uint8Array<ArrayBuffer>;
}

export async function checkKernels(load: () => Promise<readonly KernelForms[]> = builtKernels): Promise<Finding> {
  let all: readonly KernelForms[];
  try {
    all = await load();
  } catch (error) {
    return problem(`The compiled kernels are missing (${reasonOf(error)})`, 'Run npm run build in a checkout; install the package again elsewhere.', { compiled: false, simd: null, relaxedSimd: null });
  }
  const relaxedSimd = all.every(({ fused }) => WebAssembly.validate(fused));
  const simd = relaxedSimd || all.every(({ plain }) => WebAssembly.validate(plain));
  const facts = { compiled: true, simd, relaxedSimd };
  if (!simd) return problem('This processor or this Node has no WebAssembly SIMD', 'Use a processor with SSE4.1 (x64) or NEON (arm64), and Node without --jitless or --no-wasm-simd.', facts);
  if (!relaxedSimd) return note('WebAssembly SIMD without relaxed SIMD', 'Everything works, with more CPU time a stream. Use Node 20, 22 or 24 on a processor with FMA.', facts);
  return ok('WebAssembly with relaxed SIMD', facts);
}

async function builtKernels(): Promise<KernelForms[]> {
  const modules = await Promise.all([
    import('../../dsp/kernels/fused-kernels.wasm.js'), import('../../dsp/kernels/kernels.wasm.js'),
    import('../../models/kernels/fused-kernels.wasm.js'), import('../../models/kernels/kernels.wasm.js'),
  ]);
  const [fusedDsp, plainDsp, fusedModel, plainModel] = modules.map((module) => module.default);
  return [{ fused: fusedDsp!, plain: plainDsp! }, { fused: fusedModel!, plain: plainModel! }];
}
