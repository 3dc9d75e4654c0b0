/**
 * Starts a server. Its shards load the model in threads of their own; meanwhile this one loads all
 * that only it needs, so the first sound is taken as soon as possible.
 */
import { loadBundle } from '../models/model-folder.js';
import type { RunningServer, ServerParts } from './assemble.js';
import { Log } from './log.js';
import type { Settings } from './settings.js';
import { Shards } from './shards/shards.js';

/**
 * @throws Error with the reason: the model or the stations file is refused, a shard can't start,
 * the port is taken (`code` EADDRINUSE)
 */
export async function startServer(settings: Settings, parts: ServerParts = {}): Promise<RunningServer> {
  const log = parts.log ?? new Log(settings.logLevel);
  const bundle = parts.bundle ?? await loadBundle(settings.model);
  const starting = Shards.start({
    bundle,
    shards: settings.shards,
    settings,
    backend: settings.backend === 'auto' ? undefined : settings.backend,
    log,
    ...(parts.classifier !== undefined && { classifier: parts.classifier }),
  });
  // Whoever awaits it hears of a failure; nobody may have come to that yet.
  starting.catch(() => {});
  const { assemble } = await import('./assemble.js');
  return assemble(settings, parts, log, bundle.manifest, starting);
}
