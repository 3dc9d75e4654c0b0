/**
 * NumPy's .npy format, versions 1 to 3 (numpy.lib.format): reads whole arrays, writes row by row.
 * Supports the types of data packs: little-endian float64, float32, float16 and uint8. Arrays in
 * Fortran order, as NumPy writes transposed ones, are converted to C order.
 */
import { open, readFile, type FileHandle } from 'node:fs/promises';

export interface NpyArray {
  readonly shape: readonly number[];
  /** In C order: the last index varies fastest. */
  readonly data: Float64Array | Float32Array | Uint8Array;
}

/**
 * @returns shape and values; float16 is widened to float32
 * @throws Error naming the file if it is not .npy, truncated, or of an unsupported type
 */
export async function readNpy(path: string): Promise<NpyArray> {
  const file = await readFile(path);
  if (file.length < 12 || file.toString('latin1', 0, 6) !== '\x93NUMPY') throw new Error(`${path} is not a .npy file.`);
  const wide = file[6]! >= 2;
  const headerStart = wide ? 12 : 10;
  const start = headerStart + (wide ? file.readUInt32LE(8) : file.readUInt16LE(8));
  const header = file.toString('latin1', headerStart, start);
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || shapeText === undefined) throw new Error(`${path} has a .npy header that can't be read.`);
  const sizes = shapeText.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const shape = sizes.map(Number);
  if (!sizes.every((size) => /^\d+$/.test(size)) || !shape.every(Number.isSafeInteger)) throw new Error(`${path} has the shape (${shapeText}), which is none.`);
  const count = shape.reduce((product, size) => product * size, 1);
  const bytes = file.subarray(start);
  const width = Number(descr.slice(2));
  if (bytes.length < count * width) {
    throw new Error(`${path} is truncated: it has ${bytes.length} bytes of values; [${shape.join(', ')}] of ${descr} needs ${count * width}.`);
  }
  // A copy, because typed arrays need an aligned offset.
  const values = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + count * width) as ArrayBuffer;
  const data = typed(descr, values);
  if (data === undefined) throw new Error(`${path} has the type ${descr}; supported are |u1, <f2, <f4 and <f8.`);
  if (/'fortran_order':\s*True/.test(header) && shape.length > 1) {
    if (shape.length > 2) throw new Error(`${path} has ${shape.length} dimensions in Fortran order; save it in C order.`);
    return { shape, data: rowsFirst(data, shape[0]!, shape[1]!) };
  }
  return { shape, data };
}

/** Header size in bytes: enough for any number of rows, and a multiple of 64 as NumPy aligns the values. */
const HEADER_BYTES = 128;
const DESCR = { uint8: '|u1', float32: '<f4' } as const;

/** Writes an array whose number of rows is not known beforehand; the file is valid after `close`. */
export class NpyWriter {
  readonly #file: FileHandle;
  readonly #descr: string;
  readonly #width: number;
  #values = 0;

  private constructor(file: FileHandle, descr: string, width: number) {
    this.#file = file;
    this.#descr = descr;
    this.#width = width;
  }

  /** Replaces an existing file. @param width values in a row */
  static async create(path: string, type: keyof typeof DESCR, width: number): Promise<NpyWriter> {
    const writer = new NpyWriter(await open(path, 'w'), DESCR[type], width);
    await writer.#file.write(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return writer;
  }

  /** @param rows whole rows of the type given to `create` */
  async append(rows: Uint8Array | Float32Array): Promise<void> {
    const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
    let at = HEADER_BYTES + this.#values * rows.BYTES_PER_ELEMENT;
    this.#values += rows.length;
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, at);
      done += bytesWritten;
      at += bytesWritten;
    }
  }

  /** Writes the header and closes the file. */
  async close(): Promise<void> {
    const fields = `{'descr': '${this.#descr}', 'fortran_order': False, 'shape': (${this.#values / this.#width}, ${this.#width}), }`;
    const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, HEADER_BYTES - 10, 0]);
    try {
      await this.#file.write(Buffer.concat([start, Buffer.from(`${fields.padEnd(HEADER_BYTES - 11)}\n`, 'latin1')]), 0, HEADER_BYTES, 0);
    } finally {
      await this.#file.close();
    }
  }
}

function typed(descr: string, values: ArrayBuffer): NpyArray['data'] | undefined {
  switch (descr) {
    case '|u1': return new Uint8Array(values);
    case '<f2': return Float32Array.from(new Uint16Array(values), halfToFloat);
    case '<f4': return new Float32Array(values);
    case '<f8': return new Float64Array(values);
    default: return undefined;
  }
}

/** Fortran order to C order: [columns][rows] to [rows][columns]. */
function rowsFirst<T extends NpyArray['data']>(data: T, rows: number, columns: number): T {
  const transposed = data.slice() as T;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) transposed[row * columns + column] = data[column * rows + row]!;
  }
  return transposed;
}

/** IEEE 754 binary16 to a number. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
