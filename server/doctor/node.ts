/** Node.js: every change is tested on 20, 22 and 24. */
import { note, ok, problem, type Finding } from './finding.js';

const TESTED = ['20', '22', '24'];

export function checkNode(version: string = process.versions.node): Finding {
  const major = version.split('.')[0]!;
  const facts = { version, platform: process.platform, arch: process.arch };
  const found = `${version} on ${process.platform} ${process.arch}`;
  if (Number(major) < Number(TESTED[0])) return problem(found, `Install Node ${TESTED.join(', ')} or later; older versions do not work.`, facts);
  if (!TESTED.includes(major)) return note(found, `This version is not tested; Node ${TESTED.join(', ')} are.`, facts);
  return ok(found, facts);
}
