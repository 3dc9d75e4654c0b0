/**
 * Starts a server. While the shards load the model in their threads, the main thread imports the
 * other modules, so that the server accepts audio as soon as possible.
 */
import { loadBundle, type Bundle } from '../models/model-folder.js';
import type { RunningServer, ServerParts } from './assemble.js';
import { Log } from './log.js';
import type { Settings } from './settings.js';
import { Shards, type ShardsOptions } from './shards/shards.js';

/**
 * @throws Error with the reason: the model or the stations file is refused, a shard can't start,
 * the port is taken (`code` EADDRINUSE)
 */
export async function startServer(settings: Settings, parts: ServerParts = {}): Promise<RunningServer> {
  const log = parts.log ?? new Log(settings.logLevel);
  const bundle = parts.bundle ?? await loadBundle(settings.model);
  const startShards = (of: Bundle, options: Partial<ShardsOptions> = {}): Promise<Shards> => Shards.start({
    bundle: of,
    shards: settings.shards,
    settings,
    backend: settings.backend === 'auto' ? undefined : settings.backend,
    log,
    ...(parts.classifier !== undefined && { classifier: parts.classifier }),
    ...options,
  });
  const starting = startShards(bundle);
  // `assemble` handles a failure; without this it would be an unhandled rejection until then.
  starting.catch(() => {});
  const { assemble } = await import('./assemble.js');
  return assemble(settings, parts, log, { bundle, starting, startShards });
}
