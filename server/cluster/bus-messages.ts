/** What nodes tell each other about streams and stations, as JSON, and its check: NATS is not trusted to carry only that. */
import { z } from 'zod';
import type { EncodedMessage } from '../protocol/encoded-message.js';
import { ERRORS, type ErrorCode } from '../protocol/errors.js';
import type { StreamInfo } from '../protocol/messages.js';
import type { Told } from '../stations/station.js';

/** Streams in one message, at most. */
export const PER_MESSAGE = 500;

const streamId = z.string().regex(/^[\w.-]{1,100}$/);
/** Made by a node at its start; part of subjects. */
const session = z.string().regex(/^[\w-]{1,100}$/);
/** A node numbers its streams that others ask for. */
const key = z.int().min(1);
const p = z.number().min(0).max(1);
const ranked = z.array(z.tuple([z.string(), z.number()])).max(1000);
const mood = z.object({ lively: p.optional(), happy: p.optional() });
const state = z.enum(['warming', 'music', 'speech', 'silence', 'unknown']);
const genre = z.string().nullable();

const info: z.ZodType<StreamInfo> = z.object({
  id: streamId, name: z.string(), source: z.enum(['client', 'demo', 'station']), startedAt: z.string(), connected: z.boolean(),
  encoding: z.enum(['s16le', 'f32le', 'opus']), sampleRate: z.int(), channels: z.int(), durationMs: z.number(),
  state, genre, p, tags: ranked.optional(), mood: mood.optional(), viewers: z.int(), lagMs: z.number(), droppedMs: z.number(),
}) as z.ZodType<StreamInfo>;

/** To all nodes: who has these streams? */
export const find = z.object({ from: session, ids: z.array(streamId).max(PER_MESSAGE), info: z.boolean().optional() });
/** To the node that asked. */
export const found = z.object({ from: session, streams: z.array(z.object({ id: streamId, key, connected: z.boolean(), info: info.optional() })).max(PER_MESSAGE) });
/** To all nodes: which streams are there, and are those of clients wanted, too? */
export const list = z.object({ from: session, clients: z.boolean() });
/** To the node that asked, in parts. */
export const listed = z.object({ streams: z.array(info).max(PER_MESSAGE), isLast: z.boolean() });
/** To the node that has the streams, every few seconds. */
export const watch = z.object({ from: session, streams: z.array(z.object({ key, viewers: z.int().min(0).max(1e6), columns: z.boolean(), isNew: z.boolean() })).max(PER_MESSAGE) });
/** Its answer: which of them it does not have any more, and what a viewer gets first of those that are new. */
export const watched = z.object({ gone: z.array(key).max(PER_MESSAGE), opened: z.array(z.object({ key, atMs: z.number(), greeting: z.array(z.string()).max(2) })).max(PER_MESSAGE) });
/** To all nodes: the stream goes on at this one. */
export const letGo = z.object({ from: session, id: streamId });
/** Its answer. */
export const letGone = z.object({ id: streamId });

export type Find = z.infer<typeof find>;
export type Found = z.infer<typeof found>;
export type List = z.infer<typeof list>;
export type Listed = z.infer<typeof listed>;
export type Watch = z.infer<typeof watch>;
export type Watched = z.infer<typeof watched>;
export type LetGo = z.infer<typeof letGo>;
export type LetGone = z.infer<typeof letGone>;

const stationState = z.enum(['connecting', 'live', 'silent', 'stalled', 'failing', 'stopped']);

/** To all nodes, once a second: how the stations of one are. */
export const glances = z.object({
  node: z.string(),
  told: z.array(z.object({
    number: z.number(),
    glance: z.object({
      id: z.string(), name: z.string(), state: stationState, since: z.string(), nowPlaying: z.string().nullable(), reason: z.string().nullable(),
      heard: state.nullable(), genre, p, tags: ranked.optional(), mood: mood.optional(), level: z.number().nullable(), alerts: z.array(z.string()),
    }),
    attempt: z.object({ retryAt: z.string().nullable(), attempts: z.number(), source: z.looseObject({}).nullable(), decoder: z.looseObject({}).nullable() }),
  })),
}) as unknown as z.ZodType<{ readonly node: string; readonly told: readonly (Told & { readonly number: number })[] }>;

/** The end of a stream at its node; `moved`: it may go on at another one. */
const end = z.object({ type: z.literal('end'), moved: z.boolean() });
export type End = z.infer<typeof end>;

const toViewers = z.discriminatedUnion('type', [
  // No resume token: who has that has the stream.
  z.object({ type: z.literal('ready'), streamId, name: z.string(), resumeToken: z.never().optional(), model: z.object({ name: z.string(), version: z.string(), labels: z.array(z.string()) }), blockMs: z.number().positive() }),
  z.object({
    type: z.literal('prediction'), seq: z.int(), atMs: z.number(), state, genre, p, top: ranked, music: p,
    outside: p.optional(), tags: ranked.optional(), mood: mood.optional(), level: z.number(), peak: z.number(), lagMs: z.number(), droppedMs: z.number(),
  }),
  z.object({ type: z.literal('columns'), seq: z.int(), atMs: z.number(), levels: z.string(), peaks: z.string() }),
  z.object({
    type: z.literal('summary'), durationMs: z.number(), genre, p, top: ranked.optional(),
    segments: z.array(z.object({ fromMs: z.number(), toMs: z.number(), genre, p, state })), tags: ranked.optional(), mood: mood.optional(),
  }),
  z.object({ type: z.literal('restarted'), atMs: z.number() }),
  z.object({ type: z.literal('station'), state: stationState, since: z.string(), nowPlaying: z.string().nullable(), reason: z.string().nullable() }),
  z.object({ type: z.literal('error'), code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]), message: z.string() }),
  end,
]);

/** @returns undefined if it is no message of this form */
export function parsed<T>(schema: z.ZodType<T>, text: string): T | undefined {
  const { data } = schema.safeParse(jsonOf(text));
  return data;
}

/** A message for viewers, its text as it came; undefined if it is none. */
export function messageToViewers(text: string): EncodedMessage | End | undefined {
  const message = parsed(toViewers, text);
  return message === undefined || message.type === 'end' ? message : { type: message.type, json: text };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
