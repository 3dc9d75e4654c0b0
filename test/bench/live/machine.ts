/** The machine and date of a measurement, and the folder for its raw output. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { round } from '../../../server/pipe/segments.js';

const RUNS = fileURLToPath(new URL('../../../../test/bench/runs/', import.meta.url));

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly date: string;
  /** Load average over the minute before, in busy processors. */
  readonly loadBefore: number;
}

export function thisMachine(): Machine {
  const all = cpus();
  return { cpu: all[0]?.model.trim() ?? 'unknown', cores: all.length, node: process.version, date: new Date().toISOString().slice(0, 10), loadBefore: round(loadavg()[0]!, 1) };
}

/** `AMD EPYC, 2 cores, Node v20.20.2, 2026-11-21` */
export function describeMachine({ cpu, cores, node, date, loadBefore }: Machine): string {
  const busy = loadBefore > 1 ? `; other work was running (load ${loadBefore}): figures are too high` : '';
  return `${cpu}, ${cores} cores, Node ${node}, ${date}${busy}`;
}

/** `AMD EPYC 7763 64-Core Processor` → `epyc` */
export function shortCpu(cpu: string): string {
  const words = cpu.replace(/\((R|TM)\)/gi, ' ').toLowerCase().match(/[a-z0-9-]+/g) ?? [];
  return words.find((word) => !['amd', 'intel', 'apple', 'cpu', 'core', 'genuine', 'authentic'].includes(word)) ?? 'unknown';
}

/** Saves the raw output and charts of a run. */
export async function saveRun({ cpu, date }: Machine, files: Readonly<Record<string, string>>): Promise<void> {
  const folder = join(RUNS, `${date}-${shortCpu(cpu)}`);
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), `${text}\n`);
  process.stderr.write(`saved ${Object.keys(files).join(', ')} in test/bench/runs/${basename(folder)}\n`);
}
