/**
 * Where a thread's time went, from one of Node's CPU profiles (`--cpu-prof`): self time by function
 * and by area. A function that belongs to no area by its file, such as those of Node, of V8 and of
 * WebAssembly, counts for whoever called it.
 */

/** Of the Chrome DevTools Protocol's `Profiler.Profile` what is used here. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Id of the node that ran at each sample. */
  readonly samples: readonly number[];
  /** µs before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

/** Areas by file; the first match wins. */
export const AREAS: ReadonlyArray<readonly [area: string, files: RegExp]> = [
  ['sockets', /node_modules\/ws\/|^node:(net|_?http|internal\/(streams?|stream_base_commons|http))|\/dist\/server\/(sockets|access|http)\//],
  ['messages between threads', /\/dist\/server\/shards\/|^node:internal\/(worker|per_context\/messageport)/],
  ['decode, resample', /\/dist\/dsp\/(pcm|resample)\/|\/dist\/server\/pipe\/opus\.js|node_modules\/@evan\/opus\//],
  ['mel', /\/dist\/dsp\/|node_modules\/fft\.js\/|\/dist\/server\/pipe\/(blocks|silence)\.js/],
  ['descriptors', /\/dist\/models\/layers\/(descriptors|statistics)\//],
  ['network', /\/dist\/models\/|node_modules\/@tensorflow\//],
  ['smoothing', /\/dist\/server\/pipe\/(smoothing|sound-kind|segments)\.js/],
  ['prediction messages', /\/dist\/server\/(pipe\/prediction-messages|protocol\/)/],
  ['pipe', /node_modules\/rxjs\/|\/dist\/server\/(pipe|streams)\//],
  ['loading of modules', /^node:internal\/(modules|deps|bootstrap|process)/],
  ['the bench itself', /\/dist\/test\/bench\//],
];

/** Areas for V8's pseudo functions. */
const OWN_AREAS: ReadonlyMap<string, string> = new Map([['(garbage collector)', 'garbage collector'], ['(idle)', 'idle'], ['(program)', 'native, not in a function']]);

export interface Spent {
  readonly name: string;
  readonly ms: number;
}

/** Self times, most first, without what took none. */
export interface ThreadTimes {
  readonly totalMs: number;
  readonly areas: readonly Spent[];
  readonly functions: readonly Spent[];
}

/** @param lastMs how much of the profile's end counts */
export function threadTimes({ nodes, samples, timeDeltas }: CpuProfile, lastMs = Infinity): ThreadTimes {
  const ms = new Map<number, number>();
  let totalMs = 0;
  // From the end on. A sample stands for the time until the next.
  for (let index = samples.length - 2; index >= 0 && totalMs < lastMs; index--) {
    const ownMs = timeDeltas[index + 1]! / 1000;
    ms.set(samples[index]!, (ms.get(samples[index]!) ?? 0) + ownMs);
    totalMs += ownMs;
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const [areas, functions] = [new Map<string, number>(), new Map<string, number>()];
  const walk = (node: ProfileNode, callersArea: string): void => {
    const area = areaOf(node) ?? callersArea;
    const own = ms.get(node.id) ?? 0;
    add(areas, area, own);
    add(functions, nameOf(node), own);
    for (const id of node.children ?? []) walk(byId.get(id)!, area);
  };
  if (nodes[0]) walk(nodes[0], 'other');
  return { totalMs, areas: sorted(areas), functions: sorted(functions) };
}

function areaOf({ callFrame: { functionName, url } }: ProfileNode): string | undefined {
  return OWN_AREAS.get(functionName) ?? AREAS.find(([, files]) => files.test(url))?.[0];
}

/** `step models/step.js:57` */
function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const file = url.replace(/^.*\/(node_modules|dist)\//, '').replace(/^wasm:.*/, 'WebAssembly');
  return `${functionName || '(anonymous)'}${file === '' ? '' : ` ${file}${file === 'WebAssembly' ? '' : `:${lineNumber + 1}`}`}`;
}

function add(to: Map<string, number>, name: string, ms: number): void {
  to.set(name, (to.get(name) ?? 0) + ms);
}

function sorted(spent: ReadonlyMap<string, number>): Spent[] {
  return [...spent].filter(([, ms]) => ms > 0).map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms);
}
