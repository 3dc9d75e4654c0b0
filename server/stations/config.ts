/**
 * Schemas of a station's configuration, shared by the stations file and the REST API. A
 * `StationConfig` has always passed them.
 */
import { z } from 'zod';
import { addressProblem, isAddress, STATION_ADDRESS, WEBHOOK_ADDRESS } from '../network/address.js';

const DAY_S = 86_400;

const seconds = (least: number, most: number = DAY_S) => z.number().min(least).max(most);
const levelDb = z.number().min(-120).max(0);

/** The level stays below a threshold for `forS`; the alert ends after `endAfterS` at or above it. */
export const deadAirSchema = z.strictObject({
  type: z.literal('dead-air'),
  /** dBFS, RMS of a block. */
  belowDb: levelDb.default(-50),
  forS: seconds(1).default(15),
  endAfterS: seconds(0).default(5),
});

/** No audio arrives: no connection, no bytes or no decoder. */
export const downSchema = z.strictObject({
  type: z.literal('down'),
  forS: seconds(0).default(30),
});

/** Only speech for too long. */
export const speechSchema = z.strictObject({
  type: z.literal('speech'),
  forS: seconds(1).default(600),
  endAfterS: seconds(0).default(30),
});

/** The expected genres' share of the music in a sliding window is too small. */
export const driftSchema = z.strictObject({
  type: z.literal('drift'),
  /** One or more labels of the model. */
  expect: z.array(z.string().min(1).max(100)).min(1, 'expect must name at least one genre').max(100),
  windowS: seconds(10).default(1800),
  /** 0 to 1. The alert ends when the share reaches `minShare` + 0.1 (at most 1). */
  minShare: z.number().min(0).max(1).default(0.5),
});

/** The genre changes and stays for `forS`. A single event: it has no end. */
export const genreChangedSchema = z.strictObject({
  type: z.literal('genre-changed'),
  forS: seconds(0).default(20),
});

const share = z.number().min(0).max(1);

/** The mood of the music is outside its limits, each 0 to 1 on an axis of `Mood`, for `forS`. */
export const moodSchema = z.strictObject({
  type: z.literal('mood'),
  minLively: share.default(0),
  maxLively: share.default(1),
  minHappy: share.default(0),
  maxHappy: share.default(1),
  forS: seconds(1).default(300),
  endAfterS: seconds(0).default(60),
})
  .refine(({ minLively, maxLively, minHappy, maxHappy }) => minLively > 0 || maxLively < 1 || minHappy > 0 || maxHappy < 1, 'set at least one limit of mood: minLively, maxLively, minHappy or maxHappy')
  .refine(({ minLively, maxLively }) => minLively < maxLively, 'minLively must be less than maxLively')
  .refine(({ minHappy, maxHappy }) => minHappy < maxHappy, 'minHappy must be less than maxHappy');

export const ruleSchema = z.discriminatedUnion('type', [deadAirSchema, downSchema, speechSchema, driftSchema, moodSchema, genreChangedSchema]);

export type Rule = z.output<typeof ruleSchema>;
export type RuleType = Rule['type'];

/** The rules of a station that sets none. */
export const DEFAULT_RULES: readonly Rule[] = [deadAirSchema.parse({ type: 'dead-air' }), downSchema.parse({ type: 'down' })];

/**
 * Whether these are addresses at all. What can never work for another reason is refused by
 * `check-station.ts`, since a stations file of an earlier version may have it and is still read.
 */
const sourceUrl = z.string().max(2000).refine((text) => isAddress(text, STATION_ADDRESS), {
  error: ({ input }) => refusal(addressProblem(String(input), STATION_ADDRESS), 'url must be an http://, https:// or file:// address'),
});

const webhookUrl = z.string().max(2000).refine((text) => isAddress(text, WEBHOOK_ADDRESS), {
  error: ({ input }) => refusal(addressProblem(String(input), WEBHOOK_ADDRESS), 'a webhook must be an http:// or https:// address'),
});

/** The sentence for an address that isn't one, or the problem if there is something more telling. */
function refusal(problem: string | undefined, notAnAddress: string): string {
  return problem === undefined || problem.startsWith('it must be ') ? notAnAddress : problem;
}

/** Ids in use already: the path /v1/stations/watch, and the demo stream. */
export const RESERVED_IDS: readonly string[] = ['watch', 'demo'];

/** Used in URLs: letters, digits, dots, dashes and underscores. */
export const stationIdSchema = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'id must be 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or a digit')
  .refine((id) => !RESERVED_IDS.includes(id), `id must not be ${RESERVED_IDS.join(' or ')}: the server uses these itself`);

export const stationSchema = z.strictObject({
  id: stationIdSchema,
  name: z.string().trim().min(1, 'name must not be empty').max(100, 'name must be at most 100 characters'),
  url: sourceUrl.meta({ description: 'Address of the audio: a stream, a playlist that points at one, HLS, or a file below `--station-files`' }),
  enabled: z.boolean().meta({ description: 'If false, the station is saved but not fetched' }).default(true),
  rules: z.array(ruleSchema).max(6)
    .refine((rules) => new Set(rules.map(({ type }) => type)).size === rules.length, 'each type of rule may be given once')
    .meta({ description: 'Rules that raise alerts, at most one of each type' })
    .default([...DEFAULT_RULES]),
  webhooks: z.array(webhookUrl).max(10).meta({ description: 'Webhooks for this station\'s alerts, in addition to the server\'s own' }).default([]),
});

/** A new station. Without an id, one is derived from the name. */
export const newStationSchema = stationSchema.partial({ id: true });

/** Changes to a station; omitted fields stay as they are. No defaults, because a default would be a change. */
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
