/** What the API answers with, as schemas: the types of the protocol, for programs that have no TypeScript. */
import { z } from '@hono/zod-openapi';
import type { StationGlance, StreamInfo } from '../../protocol/messages.js';
import { newStationSchema, stationChangesSchema, stationSchema } from '../../stations/config.js';
import type { StationDetail } from '../../stations/station.js';

/** A time that is sent. */
export const timeShape = z.iso.datetime().meta({ description: 'ISO 8601' });
const labelShape = z.string().nullable();
const probability = z.number().min(0).max(1);

export const streamState = z.enum(['warming', 'music', 'speech', 'silence', 'unknown']);
export const stationState = z.enum(['connecting', 'live', 'silent', 'stalled', 'failing', 'stopped'])
  .meta({ description: '`silent` is bytes but no sound, `stalled` is no bytes; `failing` waits for the next attempt; `stopped` is not listened to' });
export const alertType = z.enum(['dead-air', 'down', 'speech', 'drift', 'genre-changed']);

export const streamShape = z.object({
  id: z.string(),
  name: z.string(),
  source: z.enum(['client', 'demo', 'station']),
  startedAt: timeShape,
  connected: z.boolean(),
  encoding: z.enum(['s16le', 'f32le', 'opus']),
  sampleRate: z.int().meta({ description: 'Hz' }),
  channels: z.int(),
  durationMs: z.number(),
  state: streamState,
  genre: labelShape,
  p: probability,
  viewers: z.int(),
  lagMs: z.number(),
  droppedMs: z.number(),
}).meta({ id: 'Stream' }) satisfies z.ZodType<StreamInfo>;

const glanceShape = z.object({
  id: z.string(),
  name: z.string(),
  state: stationState,
  since: timeShape.meta({ description: 'Since when it is in this state' }),
  nowPlaying: z.string().nullable().meta({ description: 'What the source says is playing' }),
  reason: z.string().nullable().meta({ description: 'Why it is stalled or failing, in a sentence' }),
  heard: streamState.nullable(),
  genre: labelShape,
  p: probability,
  level: z.number().nullable().meta({ description: 'dBFS of the newest block' }),
  alerts: z.array(alertType).readonly().meta({ description: 'Alerts that are not over' }),
}) satisfies z.ZodType<StationGlance>;

const detailShape = z.object({
  url: z.string(),
  enabled: z.boolean(),
  rules: stationSchema.shape.rules.unwrap(),
  webhooks: z.array(z.string()),
  retryAt: timeShape.nullable().meta({ description: 'When it is connected to next' }),
  attempts: z.int().meta({ description: 'Attempts to connect since it was heard last' }),
  source: z.object({
    contentType: z.string(),
    codec: z.string(),
    name: z.string().optional().meta({ description: 'As the source names itself' }),
    bitrateKbps: z.number().optional(),
    sampleRate: z.number().optional().meta({ description: 'Hz' }),
    channels: z.number().optional(),
  }).nullable().meta({ description: 'What the sound is before it is decoded; null where that is not known' }),
  decoder: z.object({
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    lines: z.array(z.string()).readonly(),
  }).nullable().meta({ description: 'How FFmpeg ended last, with its last error lines' }),
}) satisfies z.ZodType<StationDetail>;

export const stationShape = glanceShape.extend(detailShape.partial().shape)
  .meta({ id: 'Station', description: 'All fields for those who may manage stations; without `url` and those after it for those who may only look' });

export const newStationShape = newStationSchema.meta({ id: 'NewStation', description: 'Without an id one is made from the name. What is left out has the default' });
export const stationChangesShape = stationChangesSchema.meta({ id: 'StationChanges', description: 'What is left out stays as it is' });

export const alertShape = z.object({
  id: z.string(),
  type: alertType,
  from: timeShape,
  to: timeShape.nullable().meta({ description: 'Null while it is not over' }),
  sentence: z.string(),
});

export const historyShape = z.object({
  from: timeShape,
  to: timeShape,
  bucketS: z.int(),
  segments: z.array(z.object({ from: timeShape, to: timeShape, state: streamState, genre: labelShape, p: probability, nowPlaying: z.string().nullable() }))
    .meta({ description: 'Stretches of one state, genre and title; time that is in none was not heard' }),
  states: z.array(z.object({ from: timeShape, to: timeShape, state: stationState, reason: z.string().nullable() }))
    .meta({ description: 'What the station did; time that is in none nobody watched' }),
  alerts: z.array(alertShape),
  titles: z.array(z.object({ at: timeShape, title: z.string().nullable() })),
  shares: z.array(z.object({
    at: timeShape,
    heardS: z.number(),
    shares: z.record(z.string(), z.number()).meta({ description: 'Seconds by genre, `speech`, `silence` or `unknown`, and `down` for what was not heard' }),
  })).meta({ description: 'One a bucket; buckets begin at whole multiples since 1970, so the first may begin before `from`' }),
}).meta({ id: 'History' });
