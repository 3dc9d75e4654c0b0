/** What a layer of `model.json` may be. Apart from `network.ts`, so that threads which get a checked model don't load the validation library. */
import { z } from 'zod';

const size = z.number().int().min(1).max(4096);
const memory = z.number().min(2).max(100_000);
const odd = z.number().int().min(1).max(15).refine((value) => value % 2 === 1, 'must be odd');

export const layerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('conv2d'), filters: size, kernel: z.tuple([odd, odd]), pool: z.number().int().min(1).max(16), poolColumns: z.number().int().min(1).max(16).default(1) }),
  z.object({ type: z.literal('dense'), units: size, activation: z.enum(['relu', 'linear']) }),
  z.object({ type: z.literal('gru'), units: size, keepInput: z.boolean() }),
  z.object({ type: z.literal('lstm'), units: size, keepInput: z.boolean() }),
  z.object({ type: z.literal('statistics'), memoryColumns: memory }),
  z.object({ type: z.literal('inputStatistics'), memoryColumns: memory }),
  z.object({ type: z.literal('cepstralCorrelations'), of: z.enum(['levels', 'steps']), coefficients: z.number().int().min(2).max(64), lowest: z.number().int().min(2).optional(), memoryColumns: memory }),
  z.object({ type: z.literal('onsetAutocorrelation'), regions: z.number().int().min(1).max(64), lags: z.number().int().min(1).max(256), memoryColumns: memory }),
]);

export type Layer = z.infer<typeof layerSchema>;
