/** FFmpeg, found by the same rule as for decoding; the program itself reports its version and codecs. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Settings } from '../settings.js';
import { ffmpegEnvironment, findFfmpeg, findOperatorsFfmpeg } from '../sources/ffmpeg.js';
import { DEMUXERS } from '../sources/station/decoder.js';
import { note, ok, problem, reasonOf, type Finding } from './finding.js';

/** Codecs that stations and files use. */
const CODECS = ['mp3', 'aac', 'vorbis', 'opus', 'flac', 'pcm_s16le'] as const;
const INSTALL = 'Install FFmpeg (for example "apt install ffmpeg" or "brew install ffmpeg") or set FFMPEG_PATH.';
/** Time limit for FFmpeg's answer. */
const TIMEOUT_MS = 10_000;

type Origin = 'FFMPEG_PATH' | 'system' | 'package';

export async function checkFfmpeg({ stations }: Pick<Settings, 'stations'>, env: NodeJS.ProcessEnv = process.env): Promise<Finding> {
  let path: string;
  let origin: Origin;
  try {
    ({ path, origin } = found(env));
  } catch (error) {
    return problem(reasonOf(error).replace(/[:;.].*/, ''), `${INSTALL} Without it neither files nor stations are decoded; microphones and PCM streams work.`, { path: null });
  }
  try {
    const version = /^ffmpeg version (\S+)/m.exec(await ask(path, '-version'))?.[1];
    if (version === undefined) return problem(`${path} does not say that it is FFmpeg`, INSTALL, { path, origin });
    const decoders = names(await ask(path, '-decoders'));
    const demuxers = names(await ask(path, '-demuxers'));
    const missing = [...CODECS.filter((each) => !decoders.has(each)), ...DEMUXERS.filter((each) => !demuxers.has(each))];
    const facts = { path, origin, version, codecs: CODECS.filter((each) => decoders.has(each)), formats: DEMUXERS.filter((each) => demuxers.has(each)), missing };
    const what = `${version} at ${path}`;
    if (missing.length > 0) return problem(`${what} lacks ${missing.join(', ')}`, `Sound of these kinds is refused. ${INSTALL}`, facts);
    if (origin === 'package') {
      const advice = `This build of 2018 decodes only files that you name, never stations. ${INSTALL}`;
      return stations === '' ? note(what, advice, facts) : problem(`${what}; there are stations to be decoded`, advice, facts);
    }
    return ok(`${what} (${origin === 'system' ? 'the system\'s' : origin}): ${CODECS.join(', ')}`, facts);
  } catch (error) {
    const { killed, stderr } = error as { killed?: boolean; stderr?: string };
    const why = killed ? `no answer within ${TIMEOUT_MS / 1000} s` : stderr?.trim().split('\n')[0] || reasonOf(error);
    return problem(`${path} can't be run: ${why}`, INSTALL, { path, origin });
  }
}

/** @throws Error if there is no FFmpeg */
function found(env: NodeJS.ProcessEnv): { readonly path: string; readonly origin: Origin } {
  if (env.FFMPEG_PATH) return { path: findOperatorsFfmpeg(env), origin: 'FFMPEG_PATH' };
  const path = findFfmpeg(env, () => {});
  try {
    return { path: findOperatorsFfmpeg(env), origin: 'system' };
  } catch {
    // Only the packaged one exists.
    return { path, origin: 'package' };
  }
}

async function ask(path: string, question: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['-hide_banner', question], { env: ffmpegEnvironment(), timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: 4 * 1024 * 1024 });
  return stdout;
}

/** Names and codecs in lines such as ` A....D mp3float   MP3 (codec mp3)` or ` D  mov,mp4,m4a   QuickTime`. */
function names(list: string): Set<string> {
  const all = new Set<string>();
  for (const [, first = '', codec] of list.matchAll(/^ [A-Z.]+ +(\S+)(?:.*\(codec (\w+)\))?/gm)) {
    for (const name of first.split(',')) all.add(name);
    if (codec !== undefined) all.add(codec);
  }
  return all;
}
