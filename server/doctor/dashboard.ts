/** The dashboard's files: built by `npm run build`, part of the package. */
import { fileURLToPath } from 'node:url';
import { readFiles } from '../http/static-files.js';
import { ok, problem, size, type Finding } from './finding.js';

/** The files that a browser loads first. */
const NEEDED = ['/', '/dashboard.js', '/dashboard.css', '/embed', '/widget.js'] as const;

export async function checkDashboard(folder: string = fileURLToPath(new URL('../../web', import.meta.url))): Promise<Finding> {
  const files = await readFiles(folder);
  const missing = NEEDED.filter((path) => !files.has(path));
  const bytes = [...files.values()].reduce((sum, { body }) => sum + body.length, 0);
  const facts = { files: files.size, bytes, missing };
  if (missing.length > 0) return problem(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`, 'Run npm run build in a checkout; install the package again elsewhere.', facts);
  return ok(`${files.size} files, ${size(bytes)}`, facts);
}
