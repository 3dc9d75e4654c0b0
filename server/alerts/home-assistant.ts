/**
 * MQTT discovery for Home Assistant (2024.12 or newer), so that it adds every station by itself: one
 * retained message per device
 * (https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload).
 */
import type { AlertType } from '../protocol/messages.js';
import type { StationConfig } from '../stations/config.js';
import { VERSION } from '../version.js';
import { TOPICS } from './topics.js';

/** Alert types that are on or off, with the names of their sensors. */
const PROBLEMS = { 'dead-air': 'Dead air', down: 'Down', speech: 'Only speech', drift: 'Format drift', mood: 'Another mood' } as const satisfies Partial<Record<AlertType, string>>;
export const PROBLEM_TYPES = Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[];

const EVENT_TYPES: readonly string[] = [...PROBLEM_TYPES.flatMap((type) => [`${type}.raised`, `${type}.recovered`]), 'genre-changed.happened'];
const STATES: readonly string[] = ['connecting', 'live', 'silent', 'stalled', 'failing', 'stopped'];
/** Longest state that Home Assistant accepts, in characters. */
const MAX_STATE_CHARS = 255;

/**
 * Discovery allows only letters, digits, _ and -. Every other character, and _ itself, is escaped by
 * its code point, so two ids never collide.
 */
function objectId(prefix: string, stationId: string): string {
  return `${prefix}/${stationId}`.replace(/[^A-Za-z0-9-]/gu, (char) => `_${char.codePointAt(0)!.toString(16)}_`);
}

/** @param discovery the prefix that Home Assistant listens to */
export function discoveryTopic(discovery: string, prefix: string, stationId: string): string {
  return `${discovery}/device/${objectId(prefix, stationId)}/config`;
}

/** The device of a station, with a sensor for each of its rules. */
export function discoveryPayload(prefix: string, { id, name, rules }: StationConfig): string {
  const device = objectId(prefix, id);
  const entity = (key: string, platform: string, more: Readonly<Record<string, unknown>>): Record<string, unknown> => ({ platform, unique_id: `${device}-${key}`, ...more });
  const sensor = (key: string, named: string, value: string, more: Readonly<Record<string, unknown>> = {}): [string, unknown] => [
    key, entity(key, 'sensor', { name: named, state_topic: TOPICS.state(prefix, id), value_template: `{{ ${value} }}`, ...more }),
  ];
  const problem = (type: keyof typeof PROBLEMS): [string, unknown] => [type, rules.some((rule) => rule.type === type)
    ? entity(type, 'binary_sensor', { name: PROBLEMS[type], device_class: 'problem', state_topic: TOPICS.alert(prefix, id, type) })
    // A component with only its platform removes the earlier one.
    : { platform: 'binary_sensor' }];
  return JSON.stringify({
    device: { identifiers: [device], name, manufacturer: 'livegenre', model: 'Station', sw_version: VERSION },
    origin: { name: 'livegenre', sw_version: VERSION },
    availability: [{ topic: TOPICS.availability(prefix) }],
    qos: 1,
    components: Object.fromEntries([
      sensor('genre', 'Genre', 'value_json.genre', {
        icon: 'mdi:music',
        json_attributes_topic: TOPICS.state(prefix, id),
        json_attributes_template: "{{ {'also': value_json.tags | default([]), 'lively': value_json.lively | default(none), 'happy': value_json.happy | default(none)} | to_json }}",
      }),
      sensor('confidence', 'Confidence', '(100 * value_json.p) | round', { unit_of_measurement: '%', state_class: 'measurement', icon: 'mdi:gauge' }),
      sensor('state', 'State', 'value_json.state', { device_class: 'enum', options: STATES, icon: 'mdi:radio-tower' }),
      sensor('level', 'Level', 'value_json.level', { unit_of_measurement: 'dBFS', state_class: 'measurement', icon: 'mdi:volume-high' }),
      sensor('now-playing', 'Now playing', `(value_json.nowPlaying | string)[:${MAX_STATE_CHARS}]`, { icon: 'mdi:playlist-music' }),
      ...PROBLEM_TYPES.map(problem),
      ['alert', entity('alert', 'event', {
        name: 'Alert',
        icon: 'mdi:bell',
        state_topic: TOPICS.event(prefix, id),
        event_types: EVENT_TYPES,
        value_template: "{{ {'event_type': value_json.type, 'sentence': value_json.sentence} | to_json }}",
      })],
    ]),
  });
}
