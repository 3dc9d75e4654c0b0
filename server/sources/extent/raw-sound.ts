/**
 * Uncompressed sound whose header has a dummy size, as FFmpeg reads it without the header: it refuses such AIFF and
 * Wave64, and long WAVs (RF64) in a pipe. (Apple, AIFF 1.3 and AIFF-C; Microsoft, WAVEFORMATEX.)
 */

/** Samples from a byte of a file to its end. */
export interface RawSound {
  /** FFmpeg's name of the sample format. */
  readonly format: string;
  readonly sampleRate: number;
  readonly channels: number;
  /** Bytes before the first sample. */
  readonly at: number;
}

type RawFormat = Omit<RawSound, 'at'>;

const PCM = 1;
const IEEE_FLOAT = 3;
const EXTENSIBLE = 0xfffe;
const EXTENSIBLE_BYTES = 26;
const COMM_BYTES = 18;
const MAX_CHANNELS = 64;
const MAX_RATE = 768_000;

/** Of the chunk `fmt ` of a WAV or Wave64. */
export function rawFormatOfWav(body: Buffer): RawFormat | undefined {
  if (body.length < 16) return undefined;
  const tag = body.readUInt16LE(0) === EXTENSIBLE && body.length >= EXTENSIBLE_BYTES ? body.readUInt16LE(24) : body.readUInt16LE(0);
  const bits = body.readUInt16LE(14);
  const format = tag === PCM ? integers(bits, 'le') : tag === IEEE_FLOAT ? floats(bits, 'le') : undefined;
  return possible(format === 's8' ? 'u8' : format, body.readUInt32LE(4), body.readUInt16LE(2));
}

/** Of the chunk `COMM` of an AIFF or AIFF-C. */
export function rawFormatOfAiff(body: Buffer, isCompressible: boolean): RawFormat | undefined {
  if (body.length < COMM_BYTES) return undefined;
  const bits = body.readUInt16BE(6);
  const compression = isCompressible ? body.toString('latin1', COMM_BYTES, COMM_BYTES + 4) : 'NONE';
  const formats: Readonly<Record<string, string | undefined>> = {
    NONE: integers(bits, 'be'), twos: integers(bits, 'be'), sowt: integers(bits, 'le'), in24: 's24be', in32: 's32be', 'raw ': 'u8',
    fl32: 'f32be', FL32: 'f32be', fl64: 'f64be', FL64: 'f64be', ulaw: 'mulaw', ULAW: 'mulaw', alaw: 'alaw', ALAW: 'alaw',
  };
  // An 80-bit float: the exponent, then 64 bits of mantissa with its leading one.
  const sampleRate = body.readUInt32BE(10) * 2 ** ((body.readUInt16BE(8) & 0x7fff) - 16383 - 31);
  return possible(formats[compression], Math.round(sampleRate), body.readUInt16BE(0));
}

function integers(bits: number, order: 'le' | 'be'): string | undefined {
  return bits === 8 ? 's8' : bits === 16 || bits === 24 || bits === 32 ? `s${bits}${order}` : undefined;
}

function floats(bits: number, order: 'le' | 'be'): string | undefined {
  return bits === 32 || bits === 64 ? `f${bits}${order}` : undefined;
}

function possible(format: string | undefined, sampleRate: number, channels: number): RawFormat | undefined {
  return format !== undefined && sampleRate > 0 && sampleRate <= MAX_RATE && channels > 0 && channels <= MAX_CHANNELS ? { format, sampleRate, channels } : undefined;
}

/** FFmpeg's options of an input that begins with the samples. */
export function rawInputArgs({ format, sampleRate, channels }: RawFormat): string[] {
  return ['-f', format, '-ar', String(sampleRate), '-ac', String(channels)];
}
