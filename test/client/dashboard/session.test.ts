/** The session: data of a stream, and what is cleared for the next. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Prediction, Ready } from '../../../server/protocol/messages.js';
import { Events } from '../../../client/sdk/events.js';
import { GenreError, type ConnectionState, type StreamEvents } from '../../../client/sdk/index.js';
import type { ModelCard } from '../../../client/dashboard/api.js';
import { Session } from '../../../client/dashboard/session.js';

class Link extends Events<StreamEvents> {
  state: ConnectionState = 'connecting';
  fire<Type extends keyof StreamEvents>(type: Type, event: StreamEvents[Type]): void { this.emit(type, event); }
  setState(state: ConnectionState): void { this.fire('state', this.state = state); }
}

const CARD: ModelCard = { name: 'm', version: '1', labels: ['a', 'b'], blockColumns: 4, frontEnd: { sampleRate: 22050, hop: 1920, bands: 2, fMin: 30, fMax: 11025 } };
const ready = (streamId: string): Ready => ({ type: 'ready', streamId, name: 'n', model: { name: 'm', version: '1', labels: ['a', 'b'] }, blockMs: 350 });
const prediction = (block: number, genre: string): Prediction => ({
  type: 'prediction', seq: block, atMs: block * 350, state: 'music', genre, p: 0.9, top: [], music: 1, level: -20, peak: -10, lagMs: 1, droppedMs: 0,
});

function listen(session: Session): { link: Link; ends: () => number } {
  const link = new Link();
  let ends = 0;
  session.switchTo({ kind: 'station', name: 'n', link, end: () => { ends += 1; link.setState('closed'); } });
  return { link, ends: () => ends };
}

const model = (): Promise<ModelCard> => Promise.resolve(CARD);

test('predictions become the history, and each change calls back', async () => {
  let changes = 0;
  const session = new Session(model, () => { changes += 1; });
  const { link } = listen(session);
  link.setState('open');
  link.fire('ready', ready('s'));
  link.fire('prediction', prediction(1, 'a'));
  link.fire('prediction', prediction(2, 'b'));
  await Promise.resolve();
  assert.is(session.connection, 'open');
  assert.equal(session.history?.stretches.map(({ genre }) => genre), ['a', 'b']);
  assert.is(session.soundView?.picture.format.bands, 2);
  assert.ok(changes >= 5);
});

test('a resumed stream keeps its history; one that restarts under the same id clears it', () => {
  const session = new Session(model, () => {});
  const { link } = listen(session);
  link.fire('ready', ready('demo'));
  for (let block = 1; block <= 10; block++) link.fire('prediction', prediction(block, 'a'));
  link.fire('ready', ready('demo'));
  link.fire('prediction', prediction(11, 'a'));
  assert.is(session.history?.startMs, 0);
  assert.is(session.history?.endMs, 3850);
  link.fire('ready', ready('demo'));
  link.fire('prediction', prediction(1, 'b'));
  assert.equal(session.history?.stretches.map(({ genre, toMs }) => [genre, toMs]), [['b', 350]]);
});

test('a stream that moves to another model starts a new history, whose picture is made for that model', async () => {
  const asked: string[] = [];
  const session = new Session(({ version }) => {
    asked.push(version);
    return model();
  }, () => {});
  const { link } = listen(session);
  link.fire('ready', ready('s'));
  link.fire('prediction', prediction(1, 'a'));
  const next = ready('s');
  link.fire('ready', { ...next, model: { ...next.model, version: 'next', labels: ['b'] } });
  assert.equal([session.history?.endMs, session.model?.labels], [0, ['b']]);
  link.fire('prediction', prediction(2, 'b'));
  assert.equal(session.history?.stretches.map(({ genre }) => genre), ['b']);
  assert.equal(asked, [next.model.version, 'next']);
});

test('a new source ends the previous one, whose late events are ignored', () => {
  const session = new Session(model, () => {});
  const first = listen(session);
  first.link.fire('ready', ready('s1'));
  first.link.fire('prediction', prediction(1, 'a'));
  listen(session);
  assert.is(first.ends(), 1);
  assert.is(session.prediction, undefined);
  first.link.fire('prediction', prediction(2, 'a'));
  assert.is(session.prediction, undefined);
});

test('stop() keeps the history', () => {
  const session = new Session(model, () => {});
  const { link } = listen(session);
  link.fire('ready', ready('s'));
  link.fire('prediction', prediction(1, 'a'));
  session.stop();
  assert.is(session.connection, 'closed');
  assert.is(session.history?.stretches.length, 1);
});

test('an error is shown when the connection has ended, not while it reconnects', () => {
  const session = new Session(model, () => {});
  const { link } = listen(session);
  link.setState('reconnecting');
  link.fire('error', new GenreError('unreachable', 'Lost.'));
  assert.is(session.trouble, '');
  link.setState('closed');
  link.fire('error', new GenreError('too-big', 'Too big.'));
  assert.is(session.trouble, 'Too big.');
});

test('sound that goes on as a new stream says so, with what was lost, until the next source', () => {
  const session = new Session(model, () => {});
  const link = Object.assign(new Link(), { droppedMs: 0 });
  session.switchTo({ kind: 'file', name: 'song.mp3', positionMs: 83_000, link, end: () => {} });
  link.fire('ready', ready('s1'));
  link.fire('prediction', prediction(1, 'a'));
  link.droppedMs = 16_400;
  link.fire('ready', ready('s2'));
  link.fire('continued', { streamId: 's2', previousId: 's1', reason: new GenreError('resume-unknown', 'No stream waits.'), gapMs: 18_000, lostMs: 16_400 });
  assert.equal([session.streamId, session.lostMs, session.history?.stretches.length], ['s2', 16_400, 0]);
  assert.is(session.notice, 'The server no longer had the stream, so this is a new one, from 1:23 of song.mp3 on: 18 s without the server, 16 s of sound lost.');
  session.dismiss();
  assert.is(session.notice, '');
  link.fire('continued', { streamId: 's3', previousId: 's2', reason: new GenreError('idle', 'No audio came.'), gapMs: 0, lostMs: 0 });
  assert.ok(session.notice !== '');
  listen(session);
  assert.equal([session.notice, session.lostMs], ['', 0]);
});

test('without the model card there are predictions but no spectrogram', async () => {
  const session = new Session(() => Promise.reject(new Error('offline')), () => {});
  const { link } = listen(session);
  link.fire('ready', ready('s'));
  link.fire('prediction', prediction(1, 'a'));
  await Promise.resolve();
  assert.is(session.soundView, undefined);
  assert.is(session.prediction?.genre, 'a');
});

test('the status of a station is available, and end() clears it', () => {
  const session = new Session(model, () => {});
  const { link } = listen(session);
  const failing = { type: 'station', state: 'failing', since: '2026-11-21T12:00:00.000Z', nowPlaying: null, reason: 'Refused.' } as const;
  link.fire('ready', ready('one'));
  link.fire('station', failing);
  assert.equal(session.station, failing);
  session.end();
  assert.is(session.station, undefined);
});

test.run();
