/**
 * The messages of clients, parsed once into types that are valid from then on.
 * `server/PROTOCOL.md` has the same as a table.
 */
import { z } from 'zod';
import { MAX_CHANNELS } from '../../dsp/pcm/pcm-decoder.js';
import { OPUS_SAMPLE_RATES } from './audio-format.js';
import { ProtocolError } from './errors.js';
import { PROTOCOL_VERSION } from './version.js';

const sampleRate = z.number({ error: 'sampleRate is required: a number of Hz, such as 44100' })
  .int('sampleRate must be a whole number of Hz')
  .min(8000, 'sampleRate must be at least 8000 Hz')
  .max(192000, 'sampleRate must be at most 192000 Hz');

const channels = z.number({ error: 'channels is required: 1 for mono, 2 for stereo, up to 64' })
  .int('channels must be a whole number')
  .min(1, 'channels must be at least 1')
  .max(MAX_CHANNELS, `channels must be at most ${MAX_CHANNELS}`);

/** Most tags that can be asked for. */
export const MAX_TAGS = 20;
const RESUME_TOKEN = /^[\w-]{32}$/;
/** 100 years. */
const MAX_STREAM_MS = 3.2e12;

const startSchema = z.object({
  type: z.literal('start'),
  version: z.literal(PROTOCOL_VERSION, { error: `version is required and must be ${PROTOCOL_VERSION}` }),
  encoding: z.enum(['s16le', 'f32le', 'opus'], { error: 'encoding is required: s16le, f32le or opus' }),
  sampleRate,
  channels,
  name: z.string().max(100, 'name must be at most 100 characters').optional(),
  topK: z.number().int().min(1).max(100).optional(),
  tags: z.number().int().min(0).max(MAX_TAGS).optional(),
  spectrogram: z.boolean().optional(),
  resume: z.string().max(100).optional(),
  token: z.string().max(4096).optional(),
  resumeFrom: z.object({ bytes: z.int().min(0), ms: z.number().min(0).max(MAX_STREAM_MS) }).optional(),
  continues: z.string().regex(RESUME_TOKEN, 'continues must be the resumeToken of a stream').optional(),
}).superRefine((start, context) => {
  if (start.encoding !== 'opus') return;
  if (start.channels > 2) context.addIssue({ code: 'custom', message: 'channels must be 1 or 2 for opus' });
  if (!OPUS_SAMPLE_RATES.includes(start.sampleRate)) {
    context.addIssue({ code: 'custom', message: `sampleRate must be one of ${OPUS_SAMPLE_RATES.join(', ')} for opus` });
  }
});

const stopSchema = z.object({ type: z.literal('stop') });

export function isResumeToken(text: string): boolean {
  return RESUME_TOKEN.test(text);
}

/** First message of a client: the format of its audio. */
export type Start = z.infer<typeof startSchema>;
/** End of audio: the rest is scored, then the server sends `summary`. */
export type Stop = z.infer<typeof stopSchema>;
export type ClientMessage = Start | Stop;

/**
 * Parses and checks a client's text message.
 * @throws ProtocolError `bad-message` or `bad-start`, with advice
 */
export function parseClientMessage(text: string): ClientMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProtocolError('bad-message', `Text messages must be JSON; this one begins with ${JSON.stringify(text.slice(0, 40))}.`);
  }
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (type === 'stop') return stopSchema.parse(value);
  if (type !== 'start') {
    throw new ProtocolError('bad-message', `A message needs a type of "start" or "stop"; this one has ${JSON.stringify(type) ?? 'none'}.`);
  }
  const parsed = startSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => issue.code === 'custom' || /\b(must|required)\b/.test(issue.message)
    ? issue.message
    : `${issue.path.join('.')}: ${issue.message}`);
  throw new ProtocolError('bad-start', `${reasons.join('; ')}.`);
}
