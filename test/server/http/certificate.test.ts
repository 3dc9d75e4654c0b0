/** TLS with certificates that openssl makes: served, renewed without a restart, and refused where they can't be used. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import * as assert from 'uvu/assert';
import { Log } from '../../../server/log.js';
import { CertificateReload, readCertificate } from '../../../server/http/certificate.js';
import { interop } from '../../interop/programs.js';
import { eventually } from '../../support/until.js';
import { withServer } from '../rig.js';

const test = interop('TLS', ['openssl']);
const folder = mkdtempSync(join(tmpdir(), 'livegenre-tls-'));
const settings = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') };

test.after(() => rmSync(folder, { recursive: true }));

/** Writes a new pair in place of the one before, each file by renaming, as certbot does. */
function renew(name: string): void {
  const [cert, key] = [join(folder, 'next-cert'), join(folder, 'next-key')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  renameSync(key, settings.tlsKey);
  renameSync(cert, settings.tlsCert);
}

async function servedName(port: number): Promise<string | string[] | undefined> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

test('the server speaks TLS, takes sockets, and serves a renewed certificate without a restart', async () => {
  renew('first');
  await withServer(settings, async (server) => {
    assert.match(server.url, /^https:/);
    assert.is(await servedName(server.port), 'first');
    const ws = new WebSocket(`wss://localhost:${server.port}/v1/stations/watch`, { rejectUnauthorized: false });
    await once(ws, 'open');
    renew('second');
    await server.reloadCertificate();
    assert.is(await servedName(server.port), 'second');
    assert.is(ws.readyState, WebSocket.OPEN, 'connections go on');
    ws.terminate();
    writeFileSync(settings.tlsKey, 'broken');
    await server.reloadCertificate();
    assert.is(await servedName(server.port), 'second', 'what can not be used leaves the one before');
  });
});

test('changed files are noticed, and half of a renewal waits for the other half', async () => {
  renew('third');
  const lines: string[] = [];
  const used: Buffer[] = [];
  const reload = new CertificateReload({ settings, log: new Log('info', (line) => lines.push(line)), use: ({ cert }) => used.push(cert), everyMs: 10 });
  // Written again and again, because changes before the first look are none.
  await eventually('the broken half is told', () => {
    writeFileSync(settings.tlsCert, `not yet ${performance.now()}`);
    return lines.some((line) => line.includes('stays in use'));
  }, { everyMs: 20 });
  renew('fourth');
  await eventually('the new pair is used', () => used.length > 0, { everyMs: 10 });
  reload.close();
});

test('what can not be used is refused at the start', async () => {
  const refusal = async (given: typeof settings): Promise<string> => readCertificate(given).then(() => 'none', (error: Error) => error.message);
  assert.is(await readCertificate({ tlsCert: '', tlsKey: '' }), undefined);
  assert.match(await refusal({ ...settings, tlsKey: '' }), /given together/);
  assert.match(await refusal({ ...settings, tlsCert: join(folder, 'none') }), /--tls-cert.*ENOENT/);
  const other = join(folder, 'other.pem');
  execFileSync('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', other], { stdio: 'ignore' });
  renew('fifth');
  assert.is(await refusal(settings), 'none');
  assert.match(await refusal({ ...settings, tlsKey: other }), /mismatch/);
});

test.run();
