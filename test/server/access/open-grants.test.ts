/** What is open ends when its token expires or is revoked, and not before. */
import { Subject } from 'rxjs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OpenGrants } from '../../../server/access/open-grants.js';
import type { Grant } from '../../../server/access/visitor.js';
import { endedBy } from '../../../server/http/ended-by.js';
import { ManualClock } from '../../support/manual-clock.js';

const grant = (id: string, expiresAtMs?: number): Grant => ({ id, role: 'send', stations: null, origins: null, ...(expiresAtMs !== undefined && { isSigned: true, expiresAtMs }) });

function held(isKept: (id: string) => Promise<boolean> = async () => true) {
  const clock = new ManualClock();
  const revoked$ = new Subject<string>();
  const ended: string[] = [];
  const grants = new OpenGrants({ isKept, revoked$, now: () => clock.now(), scheduler: clock });
  return { clock, revoked$, ended, grants, hold: (name: string, of: Grant) => grants.hold(of, () => ended.push(name)) };
}

/** After the answers of a look. */
const looked = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a token that expires ends what it opened, each once', () => {
  const { clock, revoked$, ended, grants, hold } = held();
  hold('lasting', grant('a'));
  hold('brief', grant('a', 1000));
  hold('longer', grant('a', 2000));
  hold('too old', grant('b', 0));
  clock.advance(999);
  assert.equal(ended, ['too old']);
  clock.advance(1);
  assert.equal(ended, ['too old', 'brief']);
  revoked$.next('a');
  clock.advance(60_000);
  assert.equal(ended, ['too old', 'brief', 'lasting', 'longer']);
  assert.is(grants.size, 0);
});

test('one that is revoked elsewhere is noticed within 5 s; an unreadable database ends nothing', async () => {
  const kept = new Set(['a', 'b']);
  let isBroken = true;
  const { clock, ended, grants, hold } = held(async (id) => {
    if (isBroken) throw new Error('no database');
    return kept.has(id);
  });
  hold('one', grant('a'));
  hold('two', grant('b'));
  kept.delete('a');
  clock.advance(20_000);
  await looked();
  assert.equal(ended, []);
  isBroken = false;
  clock.advance(5000);
  await looked();
  assert.equal(ended, ['one']);
  assert.is(grants.size, 1);
});

test('what has ended by itself is forgotten, and nothing is looked at any more', () => {
  let looks = 0;
  const { clock, revoked$, ended, grants, hold } = held(async () => ++looks > 0);
  const release = hold('one', grant('a', 1000));
  release();
  release();
  clock.advance(60_000);
  revoked$.next('a');
  assert.equal([ended, grants.size, looks], [[], 0, 0]);
});

const stream = (cancelled: () => void): ReadableStream<Uint8Array> => new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('event: x\n\n')), cancel: cancelled });

test('events end with an event that says so, sound just ends, and their source is told', async () => {
  for (const [type, last] of [['text/event-stream', /^event: x\n\nevent: error\ndata: \{"type":"error","code":"token-ended","message":"[^"]+"\}\n\n$/], ['audio/mpeg', /^event: x\n\n$/]] as const) {
    const { revoked$, grants } = held();
    let cancels = 0;
    const response = endedBy(new Response(stream(() => void cancels++), { headers: { 'content-type': type } }), (end) => grants.hold(grant('a'), end));
    const reader = response.body!.getReader();
    let text = new TextDecoder().decode((await reader.read()).value);
    const next = reader.read();
    revoked$.next('a');
    for (let part = await next; !part.done; part = await reader.read()) text += new TextDecoder().decode(part.value);
    assert.match(text, last);
    assert.equal([response.headers.get('content-type'), cancels, grants.size], [type, 1, 0]);
  }
});

test('a response that ends by itself, or whose reader goes, is let go of; others are left as they are', async () => {
  const { grants } = held();
  const hold = (end: () => void) => grants.hold(grant('a'), end);
  assert.is(await endedBy(new Response('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } }), hold).text(), 'data: 1\n\n');
  assert.is(grants.size, 0);
  let cancels = 0;
  const watched = endedBy(new Response(stream(() => void cancels++), { headers: { 'content-type': 'audio/wav' } }), hold);
  assert.is(grants.size, 1);
  await watched.body!.cancel();
  assert.equal([cancels, grants.size], [1, 0]);
  for (const headers of [['content-type: application/json'], ['content-type: audio/mpeg', 'content-length: 5']].map((lines) => lines.map((line) => line.split(': ') as [string, string]))) {
    const plain = new Response('hello', { headers });
    assert.is(endedBy(plain, hold), plain);
  }
});

test.run();
