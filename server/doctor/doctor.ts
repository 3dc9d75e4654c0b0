/** All checks, in the order of the output. */
import type { Facts, Mark, ReportedCheck } from '../protocol/health.js';
import type { Settings } from '../settings.js';
import { VERSION } from '../version.js';
import { problem, reasonOf, type Finding } from './finding.js';
import { hideSecrets } from './secrets.js';

/** The result of one check, without secrets. */
export type Examined = Finding & { readonly name: string };

type Check = (settings: Settings) => Finding | Promise<Finding>;

/** Each check is imported when it runs, so that one that can't be loaded does not stop the others. */
const CHECKS = {
  node: async () => (await import('./node.js')).checkNode(),
  kernels: async () => (await import('./kernels.js')).checkKernels(),
  model: async (settings) => (await import('./model.js')).checkModel(settings),
  backend: async (settings) => (await import('./model.js')).checkBackend(settings),
  ffmpeg: async (settings) => (await import('./ffmpeg.js')).checkFfmpeg(settings),
  dashboard: async () => (await import('./dashboard.js')).checkDashboard(),
  port: async (settings) => (await import('./port.js')).checkPort(settings),
  certificate: async (settings) => (await import('./certificate.js')).checkCertificate(settings),
  access: async (settings) => (await import('./access.js')).checkAccess(settings),
  stations: async (settings) => (await import('./storage.js')).checkStations(settings),
  database: async (settings) => (await import('./storage.js')).checkDatabase(settings),
  disk: async (settings) => (await import('./storage.js')).checkDisk(settings),
  files: async (settings) => (await import('./file-limit.js')).checkFileLimit(settings),
  memory: async (settings) => (await import('./machine.js')).checkMemory(settings),
  cores: async (settings) => (await import('./machine.js')).checkCores(settings),
  clock: async () => (await import('./clock.js')).checkClock(),
  settings: async (settings) => (await import('./settings.js')).checkSettings(settings),
} as const satisfies Record<string, Check>;

export type CheckName = keyof typeof CHECKS;
export const CHECK_NAMES = Object.keys(CHECKS) as CheckName[];

/** Runs the checks one after the other, so that they do not disturb each other's measurements. */
export async function* examine(settings: Settings, checks: Readonly<Record<CheckName, Check>> = CHECKS): AsyncGenerator<Examined> {
  const hide = hideSecrets(settings);
  for (const name of CHECK_NAMES) {
    let finding: Finding;
    try {
      finding = await checks[name](settings);
    } catch (error) {
      finding = problem(reasonOf(error), 'The check itself failed: run npm ci, and report it if that does not help.');
    }
    yield { name, ...withoutSecrets(finding, hide) };
  }
}

/** @param hide removes secrets from a text */
export function withoutSecrets(finding: Finding, hide: (text: string) => string): Finding {
  const clean = { found: hide(finding.found), facts: hidden(finding.facts, hide) };
  return finding.mark === 'ok' ? { ...clean, mark: 'ok' } : { ...clean, mark: finding.mark, advice: hide(finding.advice) };
}

function hidden(facts: Facts, hide: (text: string) => string): Facts {
  const each = (value: Facts[string]): Facts[string] => (typeof value === 'string' ? hide(value) : Array.isArray(value) ? value.map(hide) : value);
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, each(value)]));
}

/** What `livegenre doctor --json` prints; fields may be added, never changed. */
export interface Report {
  readonly livegenre: string;
  /** Whether there is no problem. */
  readonly ok: boolean;
  readonly problems: number;
  readonly notes: number;
  readonly checks: readonly ReportedCheck[];
}

export function report(all: readonly Examined[]): Report {
  const count = (mark: Mark): number => all.filter((each) => each.mark === mark).length;
  return {
    livegenre: VERSION,
    ok: count('problem') === 0,
    problems: count('problem'),
    notes: count('note'),
    checks: all.map((each) => ({ name: each.name, mark: each.mark, found: each.found, advice: each.mark === 'ok' ? null : each.advice, facts: each.facts })),
  };
}
