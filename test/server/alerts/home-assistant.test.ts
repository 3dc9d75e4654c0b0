import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { discoveryPayload, discoveryTopic } from '../../../server/alerts/home-assistant.js';
import { VERSION } from '../../../server/version.js';
import { station } from './station-list.js';

interface Discovery {
  readonly device: Record<string, unknown>;
  readonly origin: { readonly name: string };
  readonly availability: readonly { readonly topic: string }[];
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const discovery = (...parameters: Parameters<typeof discoveryPayload>): Discovery => JSON.parse(discoveryPayload(...parameters)) as Discovery;

test('a station is a device with its sensors, and a problem sensor for each of its rules', () => {
  const { device, origin, availability, components } = discovery('livegenre', station('one', { rules: [{ type: 'dead-air' }, { type: 'drift', expect: ['jazz'] }] }));
  assert.equal(device, { identifiers: ['livegenre_2f_one'], name: 'Radio ONE', manufacturer: 'livegenre', model: 'Station', sw_version: VERSION });
  assert.is(origin.name, 'livegenre');
  assert.equal(availability, [{ topic: 'livegenre/status' }]);
  assert.equal(Object.fromEntries(Object.entries(components).map(([key, { platform, state_topic: topic }]) => [key, `${platform} ${topic ?? 'none'}`])), {
    genre: 'sensor livegenre/one/state',
    confidence: 'sensor livegenre/one/state',
    state: 'sensor livegenre/one/state',
    level: 'sensor livegenre/one/state',
    'now-playing': 'sensor livegenre/one/state',
    'dead-air': 'binary_sensor livegenre/one/alerts/dead-air',
    down: 'binary_sensor none',
    speech: 'binary_sensor none',
    drift: 'binary_sensor livegenre/one/alerts/drift',
    mood: 'binary_sensor none',
    alert: 'event livegenre/one/event',
  });
  assert.equal(components['down'], { platform: 'binary_sensor' }, 'only the platform: this removes it');
  assert.is(components['dead-air']!['device_class'], 'problem');
  assert.is(components['level']!['unit_of_measurement'], 'dBFS');
  assert.is(components['genre']!['json_attributes_topic'], 'livegenre/one/state');
  assert.match(String(components['now-playing']!['value_template']), /\[:255\]/, 'a long title is cut');
  assert.match(String(components['genre']!['json_attributes_template']), /'also': value_json\.tags/);
  const ids = Object.values(components).flatMap(({ unique_id: id }) => id ?? []);
  assert.is(new Set(ids).size, 8);
});

test('discovery topics use only allowed characters, and no two stations share one', () => {
  const ids = ['a.b', 'a_b', 'a-b', 'a_2e_b', 'ab', 'A.b'];
  const topics = ids.map((id) => discoveryTopic('homeassistant', 'my/radios', id));
  for (const topic of topics) assert.match(topic, /^homeassistant\/device\/[A-Za-z0-9_-]+\/config$/);
  assert.is(new Set(topics).size, ids.length);
  assert.is.not(discoveryTopic('homeassistant', 'one', 'a'), discoveryTopic('homeassistant', 'two', 'a'), 'nor do two servers');
});

test.run();
