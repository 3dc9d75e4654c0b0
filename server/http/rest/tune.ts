/** Tuning in from any player: an endless MP3 of what plays a genre now, and a playlist that names it. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { ICY_INTERVAL } from '../../relay/icy-writer.js';
import { MP3_KBPS } from '../../relay/encoder.js';
import { ProtocolError } from '../../protocol/errors.js';
import type { DialSettings } from '../../tune/dial.js';
import { errorResponses, newApi, type ApiParts } from './api.js';
import { requireWish, wordsOf } from './find.js';

const TAGS = ['Tuning'];
const seconds = z.coerce.number().min(0).max(86_400).transform((value) => 1000 * value).optional();

const query = z.object({
  minP: z.coerce.number().min(0).max(1).optional().meta({ description: 'Least confidence of a station that is hopped to. Default: 0.5' }),
  otherS: seconds.meta({ description: 'How long other music may last, s. Default: 12' }),
  speechS: seconds.meta({ description: 'How long talk may last, s. Default: 12' }),
  silenceS: seconds.meta({ description: 'How long silence may last, s. Default: 5' }),
});

const tune = createRoute({
  method: 'get', path: '/v1/tune/{name}', tags: TAGS, summary: 'Tune in by what is playing',
  description: `\`NAME.mp3\` is an endless MP3 (44,100 Hz, stereo, ${MP3_KBPS} kbit/s) of a station that plays NAME now, and hops to another when that turns to something else; with \`Icy-MetaData: 1\` in the request, titles are among its bytes. \`NAME.m3u\` is a playlist of it. NAME is a genre, mood or tag, or several with commas.`,
  request: { params: z.object({ name: z.string().meta({ description: 'Such as `jazz.mp3`, `jazz,blues.m3u` or `calm.mp3`' }) }), query },
  responses: {
    200: { description: 'Live sound, or the playlist', content: { 'audio/mpeg': { schema: z.string().meta({ format: 'binary' }) }, 'audio/x-mpegurl': { schema: z.string() } } },
    ...errorResponses('no-token', 'bad-request', 'not-found', 'too-many-viewers'),
  },
});

export function tuneApi({ streams, tuned }: ApiParts): OpenAPIHono {
  const api = newApi();
  api.openapi(tune, (context) => {
    const { name } = context.req.valid('param');
    const [, words = '', type = ''] = /^(.*)\.(mp3|m3u)$/i.exec(name) ?? [];
    if (type === '') throw new ProtocolError('not-found', `The address must end with .mp3 or .m3u, such as /v1/tune/jazz.mp3; it ends with ${JSON.stringify(name)}.`);
    const wish = requireWish(words.split(','), wordsOf(streams.manifest));
    if (type.toLowerCase() === 'm3u') return context.body(playlist(words, context.req.url, context.req.header('host')), 200, { 'Content-Type': 'audio/x-mpegurl' }) as never;
    const hasTitles = context.req.header('icy-metadata') === '1';
    const headers = {
      'Content-Type': 'audio/mpeg',
      'icy-name': ascii(`livegenre: ${words}`),
      'icy-br': String(MP3_KBPS),
      ...(hasTitles && { 'icy-metaint': String(ICY_INTERVAL) }),
    };
    // HEAD must not start FFmpeg: nobody would read the sound.
    if (context.req.method === 'HEAD') return context.body(null, 200, headers) as never;
    const visitor = context.get('visitor');
    const mayHear = (id: string): boolean => visitor.may('send', id);
    return context.body(tuned.listen(words, { wish, settings: dialSettings(context.req.valid('query')), hasTitles, mayHear }), 200, headers) as never;
  });
  return api;
}

function dialSettings({ minP, otherS, speechS, silenceS }: z.output<typeof query>): Partial<DialSettings> {
  return { ...(minP !== undefined && { minP }), ...(otherS !== undefined && { otherMs: otherS }), ...(speechS !== undefined && { speechMs: speechS }), ...(silenceS !== undefined && { silenceMs: silenceS }) };
}

/** Names the address that the player asked at, as it sees it: behind a proxy the host is the proxy's. */
function playlist(words: string, url: string, host: string | undefined): string {
  const address = new URL(url);
  if (host !== undefined && URL.canParse(`${address.protocol}//${host}`)) address.host = host;
  address.pathname = address.pathname.replace(/\.m3u$/i, '.mp3');
  return `#EXTM3U\n#EXTINF:-1,livegenre: ${words.replace(/\p{Cc}/gu, ' ')}\n${address.href}\n`;
}

/** Headers can have nothing else. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
