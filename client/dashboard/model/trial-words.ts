/** Texts about what a station's source sends. */
import type { StationTrial } from '../../../server/protocol/messages.js';
import type { SourceFormat } from '../api.js';
import { decibels, labelName, percent } from './format.js';

/** "mp3, 128 kbit/s, 44.1 kHz, stereo" */
export function formatText({ codec, bitrateKbps, sampleRate, channels, contentType }: SourceFormat): string {
  const parts = [codec ?? contentType, bitrateKbps && `${bitrateKbps} kbit/s`, sampleRate && `${sampleRate / 1000} kHz`, channels && (channels === 1 ? 'mono' : channels === 2 ? 'stereo' : `${channels} channels`)];
  return parts.filter(Boolean).join(', ');
}

/** What a trial of a station heard, in sentences. */
export function trialText({ alive, reason, format, title, heard, genre, p, level }: StationTrial): string {
  const sound = [
    format && `${formatText(format)}.`,
    level === null ? '' : `${decibels(level)} dBFS.`,
    genre !== null ? `${labelName(genre)}, ${percent(p)} % sure.` : heard === null ? '' : HEARD[heard],
    title !== null ? `Title: ${title}.` : '',
  ].filter(Boolean).join(' ');
  return alive ? `It plays. ${sound}`.trim() : `It does not play. ${reason ?? ''} ${sound}`.trim();
}

const HEARD: Readonly<Record<NonNullable<StationTrial['heard']>, string>> = {
  music: 'Music.', speech: 'Speech.', silence: 'Silence.', unknown: 'Sound of no known genre.', warming: 'Too short to tell the genre.',
};
