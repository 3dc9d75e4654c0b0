import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FileQueue, type FileQueueOptions, type Upload } from '../../../client/dashboard/model/file-queue.js';
import { until } from '../../support/until.js';

interface Sent {
  readonly name: string;
  readonly upload: Upload;
  finish(error?: Error): void;
}

/** A queue whose uploads the test ends. */
function queueOf(options: Partial<FileQueueOptions> = {}): { queue: FileQueue; sent: Sent[]; waits: (() => void)[] } {
  const sent: Sent[] = [];
  const waits: (() => void)[] = [];
  const queue = new FileQueue({
    upload: ({ name }, upload) => new Promise((resolve, reject) => {
      upload.signal.addEventListener('abort', () => reject(new Error('stopped')));
      sent.push({ name, upload, finish: (error) => (error ? reject(error) : resolve()) });
    }),
    format: async () => ({ bands: 2, hopMs: 100, blockMs: 400 }),
    maxBytes: () => 1000,
    onChange: () => {},
    wait: () => new Promise((resolve) => waits.push(resolve)),
    ...options,
  });
  return { queue, sent, waits };
}

const file = (name: string, bytes = 10): File => new File([new Uint8Array(bytes)], name);
const SUMMARY = { type: 'summary', data: '{"file":"a","durationMs":1,"genre":null,"p":0,"top":[],"segments":[]}' };

test('files are sent one after the other', async () => {
  const { queue, sent } = queueOf();
  assert.is(queue.add([file('a'), file('b')])!.file.name, 'a');
  await until(() => sent.length === 1);
  sent[0]!.upload.onSent(7);
  sent[0]!.upload.onEvents([SUMMARY]);
  assert.equal(queue.files.map(({ state, sentBytes }) => [state, sentBytes]), [['busy', 7], ['waiting', 0]]);
  sent[0]!.finish();
  await until(() => sent.length === 2);
  assert.equal(queue.files.map(({ state }) => state), ['done', 'busy']);
  assert.is(queue.files[0]!.analysis!.answer!.file, 'a');
});

test('a file that is empty or too big is refused before it is sent', async () => {
  const { queue, sent } = queueOf({ maxBytes: () => 5 * 2 ** 20 });
  queue.add([file('empty', 0), file('big', 5 * 2 ** 20 + 1), file('good')]);
  await until(() => sent.length === 1);
  assert.is(sent[0]!.name, 'good');
  assert.match(queue.files[0]!.sentence, /^empty is empty \(0 bytes\)/);
  assert.match(queue.files[1]!.sentence, /^big has 5\.0 MB; this server takes up to 5\.0 MB\..*livegenre classify/);
});

test('one that fails says why, and the next goes on', async () => {
  const { queue, sent } = queueOf();
  queue.add([file('a'), file('b'), file('c')]);
  await until(() => sent.length === 1);
  sent[0]!.finish(Object.assign(new Error('The server can’t be reached.'), { code: '' }));
  await until(() => sent.length === 2);
  sent[1]!.upload.onEvents([{ type: 'error', data: '{"type":"error","code":"not-audio","message":"b is no sound."}' }]);
  sent[1]!.finish();
  await until(() => sent.length === 3);
  assert.equal(queue.files.map(({ state, sentence }) => [state, sentence]), [['failed', 'The server can’t be reached.'], ['failed', 'b is no sound.'], ['busy', '']]);
});

test('a server that has no place is asked again', async () => {
  const { queue, sent, waits } = queueOf();
  queue.add([file('a')]);
  await until(() => sent.length === 1);
  sent[0]!.finish(Object.assign(new Error('full'), { code: 'too-many-files' }));
  await until(() => waits.length === 1);
  assert.equal([queue.files[0]!.state, queue.files[0]!.sentence], ['busy', 'The server is busy with other files; trying again.']);
  waits[0]!();
  await until(() => sent.length === 2);
  sent[1]!.upload.onEvents([SUMMARY]);
  sent[1]!.finish();
  await until(() => queue.files[0]!.state === 'done');
  assert.is(queue.files[0]!.sentence, '');
});

test('a file that is removed is not sent any more', async () => {
  const { queue, sent } = queueOf();
  queue.add([file('a'), file('b')]);
  await until(() => sent.length === 1);
  queue.remove(queue.files[0]!);
  await until(() => sent.length === 2);
  assert.ok(sent[0]!.upload.signal.aborted);
  assert.equal(queue.files.map(({ file: { name }, state }) => [name, state]), [['b', 'busy']]);
  queue.end();
  assert.ok(sent[1]!.upload.signal.aborted);
});

test.run();
