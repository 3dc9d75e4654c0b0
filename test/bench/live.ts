/**
 * Cost of live streams: the server in one process, N clients in another, each sending real-time audio
 * in chunks of 100 ms (Opus: packets of 20 ms), and the lag of the predictions.
 *   npm run bench:live -- --streams N --seconds S [--rate HZ] [--encoding s16le|opus] [--shards K]
 *   [--message-ms MS] [--find-max] [--cpu-prof DIR] [--keep] [--json]
 *
 * `--message-ms 174` is how much the SDK and the microphone of our pages send at once (PCM only).
 * `--find-max` searches the largest number of streams with p99 lag under 500 ms and nothing dropped,
 * starting at N. Admission limits are lifted (`bench:overload` tests those); all other server settings
 * come from the environment. Clients need a core of their own; a warning is printed if they are late
 * themselves.
 */
import { parseArgs } from 'node:util';
import { counted } from '../../models/training/report/numbers.js';
import { findMax } from './live/find-max.js';
import { CLIENT_DELAY_MS, keepsUp, measureLoad, type LoadFigures } from './live/load.js';
import { describeMachine, saveRun, thisMachine } from './live/machine.js';
import { command, encodingOf, MAX_SECONDS, MAX_STREAMS, shardsOf, wholeNumber } from './live/options.js';
import { table } from './live/table.js';

/** p99 lag limit at which the server counts as keeping up. */
const CALM_MS = 500;

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string' },
    encoding: { type: 'string', default: 's16le' },
    shards: { type: 'string' },
    'message-ms': { type: 'string', default: '100' },
    'find-max': { type: 'boolean', default: false },
    'cpu-prof': { type: 'string' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

await command(async () => {
  const machine = thisMachine();
  const encoding = encodingOf(values.encoding);
  const streams = wholeNumber('streams', values.streams, 1, MAX_STREAMS);
  const options = {
    seconds: wholeNumber('seconds', values.seconds, 1, MAX_SECONDS),
    encoding,
    sampleRate: wholeNumber('rate', values.rate ?? (encoding === 'opus' ? '48000' : '22050'), 8000, 192_000),
    shards: shardsOf(values.shards),
    messageMs: wholeNumber('message-ms', values['message-ms'], 1, 350),
    cpuProf: values['cpu-prof'],
  };
  const tries: LoadFigures[] = [];
  const measure = async (count: number): Promise<LoadFigures> => {
    const figures = await measureLoad({ ...options, streams: count });
    tries.push(figures);
    return figures;
  };

  let result: object;
  if (values['find-max']) {
    const most = await findMax(async (count) => {
      const figures = await measure(count);
      const passed = keepsUp(figures, CALM_MS);
      process.stderr.write(`${count} streams: ${passed ? 'keeps up' : 'too many'}; p99 lag ${figures.lagMs.p99} ms, dropped ${figures.dropped} ms, ${figures.cpuMsPerStreamSecond} ms per stream-second${late(figures)}\n`);
      return passed;
    }, streams, MAX_STREAMS);
    result = { machine, maxStreams: most, tries };
    if (!values.json) console.log(`${describeMachine(machine)}\nThe most streams with p99 lag under ${CALM_MS} ms and nothing dropped: ${most}.`);
  } else {
    const figures = await measure(streams);
    result = { machine, ...figures };
    if (!values.json) console.log(`${describeMachine(machine)}; ${figures.backend}, ${counted(figures.shards, 'shard')}, ${figures.model}\n\n${rows(figures)}${late(figures)}`);
  }
  if (values.json) console.log(JSON.stringify(result));
  if (values.keep) {
    const kind = [values['find-max'] ? 'max' : streams, ...(values.rate || encoding === 'opus' ? [options.sampleRate, encoding] : []), ...(options.shards === undefined ? [] : [`${options.shards}-shards`])];
    await saveRun(machine, { [`live-${kind.join('-')}.json`]: JSON.stringify(result) });
  }
});

function rows({ lagMs, ...figures }: LoadFigures): string {
  const ms = (of: LoadFigures['lagMs']): string => `${of.avg}, ${of.p50}, ${of.p90}, ${of.p95}, ${of.p99}, ${of.max}`;
  const { streams, seconds, encoding, sampleRate, refusals, losses } = figures;
  return table([`${streams} streams, ${encoding} at ${sampleRate} Hz, ${seconds} s`, ''], [
    ['server CPU per stream-second, ms', figures.cpuMsPerStreamSecond],
    ['real-time factor', figures.realTimeFactor],
    ['main thread\'s share of it', figures.mainThreadShare ?? 'unknown'],
    ['lag avg, p50, p90, p95, p99, max, ms', ms(lagMs)],
    ['first prediction of a stream, the same, ms', ms(figures.firstPredictionMs)],
    ['predictions a second', figures.predictionsPerSecond],
    ['dropped, ms over all streams', figures.dropped],
    ['neither scored nor counted as dropped, ms', figures.uncountedMs],
    ['refused or closed', JSON.stringify({ ...refusals, ...losses })],
    ['main thread\'s event loop delay p99, ms', figures.eventLoopDelayMs.p99],
    ['RSS, MB', figures.rssMb],
    ['RSS per stream, KB', figures.rssPerStreamKb],
  ]);
}

function late({ clientDelayMs }: LoadFigures): string {
  return clientDelayMs > CLIENT_DELAY_MS ? `\nThe clients' own event loop was late (p99 ${clientDelayMs} ms): the lag is in part theirs.` : '';
}
