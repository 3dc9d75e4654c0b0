/** Audio source that watches a stream of the server. */
import type { StreamInfo } from '../../../server/protocol/messages.js';
import { GenreViewer } from '../../sdk/index.js';
import type { AudioSource, SendOptions } from './audio-source.js';

export function watchStation({ id, name, source }: Pick<StreamInfo, 'id' | 'name' | 'source'>, server: Pick<SendOptions, 'url' | 'token'>, find: () => Promise<readonly StreamInfo[]>): AudioSource {
  const viewer = new GenreViewer({
    ...server,
    spectrogram: true,
    connectAttempts: Infinity,
    // The demo station may have a new id after a restart of the server, so find it again.
    stream: source !== 'demo' ? id : async () => {
      const demo = (await find()).find((stream) => stream.source === 'demo');
      if (!demo) throw new Error('The server has no demo station at the moment.');
      return demo.id;
    },
  });
  viewer.open();
  return { kind: 'station', name, streamId: id, link: viewer, end: () => viewer.close() };
}
