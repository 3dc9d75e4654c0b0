/** Opens `file://` addresses, restricted to one folder set by the operator; symbolic links are resolved first. */
import { constants, open } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SourceFault } from './source-event.js';

/** The file, its folder or its content is not there; it may come. */
export class MissingFile extends SourceFault {}

export interface LocalFile {
  /** Without symbolic links. */
  readonly path: string;
  readonly isPipe: boolean;
}

/**
 * @param folder the setting `stationFiles`; empty if no files are allowed
 * @throws SourceFault when the file is not allowed or can't be read
 */
export async function localFile(url: URL, folder: string): Promise<LocalFile> {
  if (folder === '') throw new SourceFault('This server plays no files: it was started without --station-files FOLDER.');
  const root = await resolveLinks(folder, 'The folder of --station-files');
  let named: string;
  try {
    named = fileURLToPath(url);
  } catch {
    throw new SourceFault('The address is not a local file; write file:///FOLDER/FILE.');
  }
  const path = await resolveLinks(named, 'The file');
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) throw new SourceFault('The file is outside the folder of --station-files.');
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isFIFO()) throw new SourceFault('The address is neither a file nor a named pipe.');
  if (stats.isFile() && stats.size === 0) throw new MissingFile('The file is empty (0 bytes).');
  return { path, isPipe: stats.isFIFO() };
}

async function resolveLinks(path: string, what: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ENOENT' ? new MissingFile(`${what} does not exist.`) : new SourceFault(`${what} can't be read (${code}).`);
  }
}

/**
 * Reads a named pipe until the last writer closes it. Opened without blocking, because a blocking
 * open waits for a writer and would occupy one of the few threads of Node's pool.
 */
export async function* namedPipe(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    throw new SourceFault(`The named pipe can't be read (${error.code}).`);
  });
  const pipe = new Socket({ fd, readable: true, writable: false, signal });
  try {
    yield* pipe as AsyncIterable<Uint8Array>;
  } finally {
    pipe.destroy();
  }
}
