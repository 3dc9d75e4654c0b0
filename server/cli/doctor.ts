/** `livegenre doctor`: checks this machine for `serve` with the same settings, or a running server, and says what to do. */
import { release, type as system } from 'node:os';
import type { CAC } from 'cac';
import { withoutCredentials } from '../../client/sdk/node.js';
import type { HealthReport, ReportedCheck } from '../protocol/health.js';
import { CHECK_NAMES, examine, report, type Examined } from '../doctor/doctor.js';
import { readSettings } from '../settings.js';
import { VERSION } from '../version.js';
import { serverAt, SERVER_ADDRESS, TOKEN_OPTION, tokenOf } from './server-url.js';
import { addSettings } from './setting-options.js';
import { colours, paint, printable, type Paint } from './terminal.js';

/** Column width. */
const MARK_WIDTH = 'problem'.length;
const NAME_WIDTH = Math.max(...CHECK_NAMES.map(({ length }) => length));

export function register(cli: CAC): void {
  const command = cli.command('doctor', 'Look at this machine and say what is missing; takes the settings of serve')
    .option('--url <url>', 'Ask a running server how it is instead', SERVER_ADDRESS)
    .option(...TOKEN_OPTION)
    .option('--json', 'Print one JSON object');
  addSettings(command);
  command.example('  $ livegenre doctor --port 9000 --stations radio/stations.json');
  command.example('  $ livegenre doctor --url http://127.0.0.1:8080');
  command.action(doctor);
}

interface Flags {
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
}

async function doctor({ json, url, token, ...flags }: Flags & Readonly<Record<string, unknown>>): Promise<void> {
  if (url !== undefined) return askServer(url, tokenOf({ token }), json === true);
  const settings = readSettings(flags, process.env);
  const painted = paint(colours(process.stdout));
  const all: Examined[] = [];
  if (!json) console.log(painted.strong(`livegenre ${VERSION} on ${system()} ${release()}`));
  for await (const each of examine(settings)) {
    all.push(each);
    if (!json) console.log(lines(each, painted));
  }
  const { ok, problems, notes } = report(all);
  if (json) console.log(JSON.stringify(report(all), null, 2));
  else console.log(sum({ problems, notes }, painted));
  // Explicit exit: a backend may keep threads alive.
  process.exit(ok ? 0 : 1);
}

/** What a running server says of itself. */
async function askServer(url: string, token: string | undefined, json: boolean): Promise<void> {
  const health = await serverAt(url, token)('GET', 'v1/health') as HealthReport;
  const painted = paint(colours(process.stdout));
  if (json) console.log(JSON.stringify(health, null, 2));
  else {
    console.log(painted.strong(`livegenre ${printable(health.livegenre)} at ${withoutCredentials(url).url}, since ${health.startedAt.slice(0, 16).replace('T', ' ')} UTC`));
    for (const each of health.checks) console.log(lines(each, painted));
    console.log(sum(health, painted));
  }
  process.exitCode = health.ok ? 0 : 1;
}

function sum({ problems, notes }: { readonly problems: number; readonly notes: number }, { strong }: Paint): string {
  return `${strong(problems === 0 ? 'No problem' : counted(problems, 'problem'))}, ${notes === 0 ? 'no notes' : counted(notes, 'note')}.`;
}

/** `ok       node       20.20.2`, and what to do below it. */
export function lines(each: Examined | ReportedCheck, { strong, faint, bad }: Paint): string {
  const colour = { ok: faint, note: strong, problem: bad }[each.mark];
  const line = `${colour(each.mark.padEnd(MARK_WIDTH))}  ${each.name.padEnd(NAME_WIDTH)}  ${printable(each.found)}`;
  return each.mark === 'ok' ? line : `${line}\n${' '.repeat(MARK_WIDTH + NAME_WIDTH + 4)}${strong(printable(each.advice ?? ''))}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
