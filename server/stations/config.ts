/**
 * What a station is, as the stations file and the REST API hold it: the door for both. Whoever has a
 * `StationConfig` has one that was checked.
 */
import { z } from 'zod';

const DAY_S = 86_400;

const seconds = (least: number, most: number = DAY_S) => z.number().min(least).max(most);
const levelDb = z.number().min(-120).max(0);

/** The level stays below one value for some time, and ends after some time above it. */
export const deadAirSchema = z.strictObject({
  type: z.literal('dead-air'),
  /** dBFS, RMS of a block. */
  belowDb: levelDb.default(-50),
  forS: seconds(1).default(15),
  endAfterS: seconds(0).default(5),
});

/** The station is not heard: no connection, no bytes, no decoder. */
export const downSchema = z.strictObject({
  type: z.literal('down'),
  forS: seconds(0).default(30),
});

/** Nothing but speech for too long. */
export const speechSchema = z.strictObject({
  type: z.literal('speech'),
  forS: seconds(1).default(600),
  endAfterS: seconds(0).default(30),
});

/** The expected genres' share of the music over a window is too small. */
export const driftSchema = z.strictObject({
  type: z.literal('drift'),
  /** Labels of the model, one or more. */
  expect: z.array(z.string().min(1).max(100)).min(1, 'expect must name at least one genre').max(100),
  windowS: seconds(10).default(1800),
  /** 0 to 1; the alert ends when the share is 0.1 above it, or 1. */
  minShare: z.number().min(0).max(1).default(0.5),
});

/** Another genre than before is heard, and stays. Nothing that ends: it happens. */
export const genreChangedSchema = z.strictObject({
  type: z.literal('genre-changed'),
  forS: seconds(0).default(20),
});

export const ruleSchema = z.discriminatedUnion('type', [deadAirSchema, downSchema, speechSchema, driftSchema, genreChangedSchema]);

export type Rule = z.output<typeof ruleSchema>;
export type RuleType = Rule['type'];

/** What a station has where nobody said otherwise. */
export const DEFAULT_RULES: readonly Rule[] = [deadAirSchema.parse({ type: 'dead-air' }), downSchema.parse({ type: 'down' })];

const PROTOCOLS: readonly string[] = ['http:', 'https:', 'file:'];

const sourceUrl = z.string().max(2000).refine(
  (text) => URL.canParse(text) && PROTOCOLS.includes(new URL(text).protocol),
  { error: 'url must be an http://, https:// or file:// address' },
);

const webhookUrl = z.string().max(2000).refine(
  (text) => URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol),
  { error: 'a webhook must be an http:// or https:// address' },
);

/** A path below /v1/stations that is no station, and the stream of the demo. */
export const RESERVED_IDS: readonly string[] = ['watch', 'demo'];

/** Part of an address: letters, digits, dots, dashes, underscores. */
export const stationIdSchema = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'id must be 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or a digit')
  .refine((id) => !RESERVED_IDS.includes(id), `id must not be ${RESERVED_IDS.join(' or ')}: the server uses these itself`);

export const stationSchema = z.strictObject({
  id: stationIdSchema,
  name: z.string().trim().min(1, 'name must not be empty').max(100, 'name must be at most 100 characters'),
  url: sourceUrl.meta({ description: 'Where the sound is: a stream, a playlist that points at one, HLS, or a file below `--station-files`' }),
  enabled: z.boolean().meta({ description: 'False: kept, but not listened to' }).default(true),
  rules: z.array(ruleSchema).max(5)
    .refine((rules) => new Set(rules.map(({ type }) => type)).size === rules.length, 'each type of rule may be given once')
    .meta({ description: 'What raises alerts, at most one of each type' })
    .default([...DEFAULT_RULES]),
  webhooks: z.array(webhookUrl).max(10).meta({ description: 'Addresses that are told of this station\'s alerts, beside the server\'s own' }).default([]),
});

/** A new station: its id is made from the name unless it is given. */
export const newStationSchema = stationSchema.partial({ id: true });

/** Changes to a station; what is left out stays. No defaults: they would be changes. */
export const stationChangesSchema = z.strictObject({
  name: stationSchema.shape.name,
  url: stationSchema.shape.url,
  enabled: stationSchema.shape.enabled.unwrap(),
  rules: stationSchema.shape.rules.unwrap(),
  webhooks: stationSchema.shape.webhooks.unwrap(),
}).partial();

export const stationsFileSchema = z.strictObject({
  version: z.literal(1),
  stations: z.array(stationSchema).max(10_000),
});

export type StationConfig = Readonly<z.output<typeof stationSchema>>;
export type NewStation = z.output<typeof newStationSchema>;
export type StationChanges = z.output<typeof stationChangesSchema>;
