/** `file://` addresses: only below one folder that the operator named, whatever links say. */
import { constants, open } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SourceFault } from './source-event.js';

export interface LocalFile {
  /** Without links. */
  readonly path: string;
  readonly isPipe: boolean;
}

/**
 * @param folder of the setting `stationFiles`; empty where none may be read
 * @throws SourceFault that says why it may not, or can't, be read
 */
export async function localFile(url: URL, folder: string): Promise<LocalFile> {
  if (folder === '') throw new SourceFault('Files may not be stations here: the server was started without --station-files FOLDER.');
  const home = await real(folder, 'The folder of --station-files');
  let named: string;
  try {
    named = fileURLToPath(url);
  } catch {
    throw new SourceFault('The address names no file of this machine; write file:///FOLDER/FILE.');
  }
  const path = await real(named, 'The file');
  if (!path.startsWith(home.endsWith(sep) ? home : home + sep)) throw new SourceFault('The file lies outside of the folder of --station-files.');
  const stats = await stat(path);
  if (!stats.isFile() && !stats.isFIFO()) throw new SourceFault('The address names neither a file nor a named pipe.');
  if (stats.isFile() && stats.size === 0) throw new SourceFault('The file is empty (0 bytes).');
  return { path, isPipe: stats.isFIFO() };
}

async function real(path: string, what: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SourceFault(code === 'ENOENT' ? `${what} is not there.` : `${what} can't be read (${code}).`);
  }
}

/**
 * What is written into a named pipe, as it comes; ends when the last writer does. Opened without
 * waiting for a writer: an open that waits would keep one of the few threads that all files share.
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
