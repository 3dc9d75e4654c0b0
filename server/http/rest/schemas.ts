/** Schemas of the API's request and response bodies; they match the protocol's types. */
import { z } from '@hono/zod-openapi';
import type { Classified, Explanation } from '../../protocol/messages.js';
import type { StationGlance, StationTrial, StreamInfo } from '../../protocol/messages.js';
import { newStationSchema, stationChangesSchema, stationSchema } from '../../stations/config.js';
import type { StationDetail } from '../../stations/station.js';

/** A time in a response. */
export const timeSchema = z.iso.datetime().meta({ description: 'ISO 8601' });
const labelSchema = z.string().nullable();
const probability = z.number().min(0).max(1);

export const streamState = z.enum(['warming', 'music', 'speech', 'silence', 'unknown']);
export const stationState = z.enum(['connecting', 'live', 'silent', 'stalled', 'failing', 'stopped'])
  .meta({ description: '`silent`: bytes but no sound; `stalled`: no bytes; `failing`: waiting for the next attempt; `stopped`: disabled' });
export const alertType = z.enum(['dead-air', 'down', 'speech', 'drift', 'mood', 'genre-changed']);

/** Tags with their probabilities. */
export const tagsSchema = z.array(z.tuple([z.string(), probability]).readonly()).readonly();
export const moodSchema = z.object({
  lively: probability.optional().meta({ description: '0 calm, 1 lively; derived from tags' }),
  happy: probability.optional().meta({ description: '0 sad, 1 happy; derived from tags' }),
});

export const classifiedSchema = z.object({
  file: z.string(),
  durationMs: z.number(),
  genre: labelSchema,
  p: probability,
  top: z.array(z.object({ genre: z.string(), p: probability })).readonly().meta({ description: 'All labels for the whole file, best first; empty if none of it is music' }),
  segments: z.array(z.object({ fromMs: z.number(), toMs: z.number(), genre: labelSchema, p: probability, state: streamState })).readonly(),
  tags: tagsSchema.optional().meta({ description: 'With `?tags=N`: what the music has beside its genre, most telling first' }),
  mood: moodSchema.optional().meta({ description: 'With `?tags=N`, if the model has tags for it' }),
  error: z.string().optional().meta({ description: 'What is wrong with the file; the rest describes what could be scored' }),
  note: z.string().optional().meta({ description: 'What is unusual about the file without being wrong' }),
}).meta({ id: 'Classified' }) satisfies z.ZodType<Classified>;

export const streamResponseSchema = z.object({
  id: z.string(),
  name: z.string(),
  source: z.enum(['client', 'demo', 'station']),
  startedAt: timeSchema,
  connected: z.boolean(),
  encoding: z.enum(['s16le', 'f32le', 'opus']),
  sampleRate: z.int().meta({ description: 'Hz' }),
  channels: z.int(),
  durationMs: z.number(),
  state: streamState,
  genre: labelSchema,
  p: probability,
  tags: tagsSchema.optional().meta({ description: 'What the music has beside its genre; absent where its sender did not ask for tags' }),
  mood: moodSchema.optional(),
  viewers: z.int(),
  lagMs: z.number(),
  droppedMs: z.number(),
}).meta({ id: 'Stream' }) satisfies z.ZodType<StreamInfo>;

const glanceResponseSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: stationState,
  since: timeSchema.meta({ description: 'Start of this state' }),
  nowPlaying: z.string().nullable().meta({ description: 'Current title, as reported by the source' }),
  reason: z.string().nullable().meta({ description: 'Why it is stalled or failing, in a sentence' }),
  heard: streamState.nullable(),
  genre: labelSchema,
  p: probability,
  tags: tagsSchema.optional().meta({ description: 'What the music has beside its genre; absent if the model has no tags' }),
  mood: moodSchema.optional(),
  level: z.number().nullable().meta({ description: 'dBFS of the newest block' }),
  alerts: z.array(alertType).readonly().meta({ description: 'Active alerts' }),
}) satisfies z.ZodType<StationGlance>;

const sourceSchema = z.object({
  contentType: z.string(),
  codec: z.string(),
  name: z.string().optional().meta({ description: 'The source\'s own name' }),
  bitrateKbps: z.number().optional(),
  sampleRate: z.number().optional().meta({ description: 'Hz' }),
  channels: z.number().optional(),
});

const detailResponseSchema = z.object({
  url: z.string(),
  enabled: z.boolean(),
  rules: stationSchema.shape.rules.unwrap(),
  webhooks: z.array(z.string()),
  retryAt: timeSchema.nullable().meta({ description: 'Time of the next attempt to connect' }),
  attempts: z.int().meta({ description: 'Attempts to connect since it was last live' }),
  source: sourceSchema.nullable().meta({ description: 'Format of the sound before decoding; null if unknown' }),
  decoder: z.object({
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    lines: z.array(z.string()).readonly(),
  }).nullable().meta({ description: 'How FFmpeg last ended, with its last error lines' }),
}) satisfies z.ZodType<StationDetail>;

export const stationResponseSchema = glanceResponseSchema.extend(detailResponseSchema.partial().shape)
  .meta({ id: 'Station', description: 'All fields with the permission `manage`; otherwise without `url` and the fields after it' });

export const trialResponseSchema = z.object({
  alive: z.boolean().meta({ description: 'Sound came, and still came at the end' }),
  reason: z.string().nullable().meta({ description: 'Why it is not alive, in a sentence' }),
  format: sourceSchema.nullable().meta({ description: 'Format of the sound before decoding; null if unknown' }),
  title: z.string().nullable().meta({ description: 'Current title, as reported by the source' }),
  heard: streamState.nullable().meta({ description: 'What the sound was at the end; null if there was none' }),
  genre: labelSchema,
  p: probability,
  level: z.number().nullable().meta({ description: 'dBFS of all that was heard; null if there was no sound' }),
  durationMs: z.number().meta({ description: 'Sound that was heard' }),
}).meta({ id: 'StationTrial' }) satisfies z.ZodType<StationTrial>;

export const newStationBody = newStationSchema.meta({ id: 'NewStation', description: 'Without `id`, one is made from the name. Omitted fields get their defaults' });
export const stationChangesBody = stationChangesSchema.meta({ id: 'StationChanges', description: 'Omitted fields stay unchanged' });

export const alertResponseSchema = z.object({
  id: z.string(),
  type: alertType,
  from: timeSchema,
  to: timeSchema.nullable().meta({ description: 'Null while it is active' }),
  sentence: z.string(),
});

export const historyResponseSchema = z.object({
  from: timeSchema,
  to: timeSchema,
  bucketS: z.int(),
  segments: z.array(z.object({ from: timeSchema, to: timeSchema, state: streamState, genre: labelSchema, p: probability, nowPlaying: z.string().nullable(), tags: tagsSchema.optional(), mood: moodSchema.optional() }))
    .meta({ description: 'Stretches of one state, genre and title, with the means of tags and mood where there are any; time outside all segments was not received' }),
  states: z.array(z.object({ from: timeSchema, to: timeSchema, state: stationState, reason: z.string().nullable() }))
    .meta({ description: 'States of the station; time outside all of them was not monitored' }),
  alerts: z.array(alertResponseSchema),
  titles: z.array(z.object({ at: timeSchema, title: z.string().nullable() })),
  shares: z.array(z.object({
    at: timeSchema,
    heardS: z.number(),
    shares: z.record(z.string(), z.number()).meta({ description: 'Seconds by genre, `speech`, `silence` or `unknown`, and `down` for time not received' }),
  })).meta({ description: 'One per bucket; buckets begin at multiples of `bucketS` since 1970, so the first may begin before `from`' }),
}).meta({ id: 'History' });

export const explanationSchema = z.object({
  genre: z.string(),
  p: probability.meta({ description: 'Probability of the genre in the stretch' }),
  fromColumn: z.int().meta({ description: 'First column of the stretch in the levels that were sent, moved to the start of a block' }),
  columns: z.int(),
  cellColumns: z.int().meta({ description: 'Columns in a cell; the last ones in time may be smaller' }),
  cellBands: z.int().meta({ description: 'Bands in a cell; the highest ones may be smaller' }),
  falls: z.array(z.number()).meta({ description: '[cells in time × cells in frequency], low bands first: how far the log odds of the genre fall when what lies there is hidden; below 0 it spoke against the genre' }),
  topFall: z.number().meta({ description: 'Fall of the log odds with the most important tenth of the cells hidden together' }),
  randomFall: z.number().meta({ description: 'The same with a tenth drawn at random, mean of 16 draws' }),
}).meta({ id: 'Explanation' }) satisfies z.ZodType<Explanation>;
