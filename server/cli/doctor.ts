/** `livegenre doctor`: checks this machine for `serve` with the same settings, and says what to do. */
import { release, type as system } from 'node:os';
import type { CAC } from 'cac';
import { CHECK_NAMES, examine, report, type Examined } from '../doctor/doctor.js';
import { readSettings } from '../settings.js';
import { VERSION } from '../version.js';
import { addSettings } from './setting-options.js';
import { colours, paint, printable, type Paint } from './terminal.js';

/** Column width. */
const MARK_WIDTH = 'problem'.length;
const NAME_WIDTH = Math.max(...CHECK_NAMES.map(({ length }) => length));

export function register(cli: CAC): void {
  const command = cli.command('doctor', 'Look at this machine and say what is missing; takes the settings of serve').option('--json', 'Print one JSON object');
  addSettings(command);
  command.example('  $ livegenre doctor --port 9000 --stations radio/stations.json');
  command.action(doctor);
}

async function doctor({ json, ...flags }: Readonly<Record<string, unknown>>): Promise<void> {
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
  else console.log(`${painted.strong(ok ? 'No problem' : counted(problems, 'problem'))}, ${notes === 0 ? 'no notes' : counted(notes, 'note')}.`);
  // Explicit exit: a backend may keep threads alive.
  process.exit(ok ? 0 : 1);
}

/** `ok       node       20.20.2`, and what to do below it. */
export function lines(each: Examined, { strong, faint, bad }: Paint): string {
  const colour = { ok: faint, note: strong, problem: bad }[each.mark];
  const line = `${colour(each.mark.padEnd(MARK_WIDTH))}  ${each.name.padEnd(NAME_WIDTH)}  ${printable(each.found)}`;
  return each.mark === 'ok' ? line : `${line}\n${' '.repeat(MARK_WIDTH + NAME_WIDTH + 4)}${strong(printable(each.advice))}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
