/** A real Icecast with FFmpeg as its sources. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, type Running } from './programs.js';
import { eventually } from '../support/until.js';

const PASSWORD = 'hackme';

export class Icecast {
  readonly #bench: Bench;
  readonly #config: string;
  readonly port: number;
  #running!: Running;

  constructor(bench: Bench, port: number) {
    this.#bench = bench;
    this.port = port;
    this.#config = join(bench.folder, `icecast-${port}.xml`);
    // Icecast gives up root's rights and must then be able to write its logs.
    chmodSync(bench.folder, 0o777);
    const isRoot = process.getuid?.() === 0;
    writeFileSync(this.#config, `<icecast>
  <limits><clients>500</clients><sources>100</sources><source-timeout>10</source-timeout><burst-size>65535</burst-size></limits>
  <authentication><source-password>${PASSWORD}</source-password><admin-user>admin</admin-user><admin-password>${PASSWORD}</admin-password></authentication>
  <hostname>127.0.0.1</hostname>
  <listen-socket><port>${port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
  <paths><basedir>${bench.folder}</basedir><logdir>${bench.folder}</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
  <logging><accesslog>-</accesslog><errorlog>-</errorlog><loglevel>2</loglevel></logging>
  ${isRoot ? '<security><changeowner><user>nobody</user><group>nogroup</group></changeowner></security>' : ''}
</icecast>`);
  }

  async start(): Promise<void> {
    this.#running = this.#bench.start('icecast2', ['-c', this.#config]);
    await eventually('Icecast answers', () => fetch(`http://127.0.0.1:${this.port}/status-json.xsl`).then(({ ok }) => ok, () => false), { log: () => this.#running.log });
  }

  stop(): Promise<void> {
    return this.#running.stop();
  }

  /** FFmpeg plays sound to a mount point, at the pace of real time. */
  async source(mount: string, input: readonly string[], codec: readonly string[], contentType: string): Promise<Running> {
    const ffmpeg = this.#bench.start('ffmpeg', [
      '-nostdin', '-hide_banner', '-loglevel', 'warning', '-re', ...input, ...codec,
      '-content_type', contentType, `icecast://source:${PASSWORD}@127.0.0.1:${this.port}/${mount}`,
    ]);
    await eventually(`the mount ${mount}`, async () => {
      const status = await fetch(`http://127.0.0.1:${this.port}/status-json.xsl`).then((response) => response.text(), () => '');
      return status.includes(`/${mount}`);
    }, { log: () => ffmpeg.log });
    return ffmpeg;
  }

  /** As a player of records does. */
  async setTitle(mount: string, title: string): Promise<void> {
    const query = new URLSearchParams({ mode: 'updinfo', mount: `/${mount}`, song: title });
    const answer = await fetch(`http://127.0.0.1:${this.port}/admin/metadata?${query}`, { headers: { Authorization: `Basic ${Buffer.from(`source:${PASSWORD}`).toString('base64')}` } });
    if (!answer.ok) throw new Error(`Icecast did not take the title: ${answer.status} ${await answer.text()}`);
  }
}

/** Two minutes of something with a beat, endlessly. */
export const BEAT: readonly string[] = ['-f', 'lavfi', '-i', 'aevalsrc=0.4*sin(2*PI*110*t)*exp(-6*mod(t\\,0.5))+0.2*sin(2*PI*440*t)*gt(mod(t\\,1)\\,0.5)|0.4*sin(2*PI*110*t)*exp(-6*mod(t\\,0.5)):s=44100'];
