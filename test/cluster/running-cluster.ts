/** Nodes as processes, their NATS and PostgreSQL, a proxy between each node and each of these, and a receiver of webhooks. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { rendezvous } from '../../server/cluster/rendezvous.js';
import { RemoteProcess } from '../bench/live/remote-process.js';
import { NatsServer } from '../interop/nats-server.js';
import { PostgresServer } from '../interop/postgres.js';
import { Bench } from '../interop/programs.js';
import { eventually } from '../support/until.js';
import type { NodeCalls } from './node-process.js';
import { TcpProxy } from './tcp-proxy.js';

export interface Engines {
  readonly nats: boolean;
  readonly postgres: boolean;
}

/** What a webhook was sent. */
export interface Sent {
  readonly id: string;
  readonly station: string;
  readonly type: string;
  /** Time of the event, as text of ISO 8601. */
  readonly at: string;
}

/** To NATS or PostgreSQL. */
export type LinkName = 'NATS' | 'PostgreSQL';

export interface RunningNode {
  readonly name: string;
  readonly process: RemoteProcess<NodeCalls>;
  readonly pid: number;
  /** The same when it starts again. */
  readonly port: number;
}

export class RunningCluster {
  readonly bench = new Bench();
  readonly nodes = new Map<string, RunningNode>();
  /** All that ever ran. */
  readonly names = new Set<string>();
  stations: string[] = [];
  /** What webhooks were sent, with repetitions. */
  readonly sent: Sent[] = [];
  /** Of each node that ever ran, as the links. */
  readonly #ports = new Map<string, number>();
  readonly #links = new Map<string, Partial<Record<LinkName, TcpProxy>>>();
  #nats: NatsServer | undefined;
  #postgres: PostgresServer | undefined;
  readonly #receiver = createServer((request, response) => {
    void text(request).then((body) => {
      const { station, type, at } = JSON.parse(body) as { station: { id: string }; type: string; at: string };
      this.sent.push({ id: String(request.headers['webhook-id']), station: station.id, type, at });
      response.end();
    });
  });

  /** Undefined without NATS. */
  get nats(): NatsServer | undefined {
    return this.#nats;
  }

  /** Undefined where each node has a database of its own. */
  get postgres(): PostgresServer | undefined {
    return this.#postgres;
  }

  async start(nodes: readonly string[], stations: number, engines: Engines): Promise<void> {
    if (engines.nats) this.#nats = await NatsServer.start(this.bench);
    if (engines.postgres) this.#postgres = await PostgresServer.start(this.bench);
    this.#receiver.listen(0, '127.0.0.1');
    await once(this.#receiver, 'listening');
    for (const name of nodes) await this.join(name);
    const { port } = this.#receiver.address() as { port: number };
    await this.nodes.get(nodes[0]!)!.process.call('add', stations, `http://127.0.0.1:${port}/`);
    await this.settled();
    this.stations = await this.nodes.get(nodes[0]!)!.process.call('ids');
  }

  async join(name: string): Promise<void> {
    const process = new RemoteProcess<NodeCalls>('../../cluster/node-process.js');
    const links = await this.#linksOf(name);
    const settings = {
      nats: links.NATS ? [`nats://127.0.0.1:${links.NATS.port}`] : [],
      node: name, shards: 1, allowHosts: ['127.0.0.1'], trustProxy: ['127.0.0.1'], port: this.#ports.get(name) ?? 0,
      database: links.PostgreSQL ? withPort(this.#postgres!.url, links.PostgreSQL.port) : this.database(name),
    };
    const { pid, port } = await process.call('start', { settings, journal: this.journal(name), awayFile: this.#awayFile });
    this.#ports.set(name, port);
    this.nodes.set(name, { name, process, pid, port });
    this.names.add(name);
  }

  /** The network between a node and what it is connected to. */
  link(node: string, to: LinkName): TcpProxy {
    return this.#links.get(node)![to]!;
  }

  async #linksOf(name: string): Promise<Partial<Record<LinkName, TcpProxy>>> {
    const before = this.#links.get(name);
    if (before) return before;
    const links = {
      ...(this.#nats && { NATS: await TcpProxy.start(Number(new URL(this.#nats.url).port)) }),
      ...(this.#postgres && { PostgreSQL: await TcpProxy.start(Number(new URL(this.#postgres.url).port)) }),
    };
    this.#links.set(name, links);
    return links;
  }

  journal = (name: string): string => join(this.bench.folder, `${name}.log`);
  database = (name: string): string => join(this.bench.folder, `${name}.db`);

  /** SIGKILL. */
  async kill(name: string): Promise<void> {
    const { pid, process: child } = this.nodes.get(name)!;
    this.nodes.delete(name);
    process.kill(pid, 'SIGKILL');
    await child.end();
  }

  /** As SIGTERM does. */
  async drain(name: string): Promise<void> {
    const { process: child } = this.nodes.get(name)!;
    await child.call('close');
    this.nodes.delete(name);
    await child.end();
  }

  signal(name: string, signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.nodes.get(name)!.pid, signal);
  }

  /** CPU time of all nodes that run, ms. */
  async cpu(): Promise<number> {
    return (await Promise.all([...this.nodes.values()].map(({ process }) => process.call('cpu')))).reduce((sum, each) => sum + each, 0);
  }

  /** All sources stop sending, or go on. */
  set areSourcesAway(away: boolean) {
    if (away) writeFileSync(this.#awayFile, '');
    else if (existsSync(this.#awayFile)) rmSync(this.#awayFile);
  }

  /** Resolves when each station is listened to by the node that should, and all nodes say that all are live. */
  async settled(): Promise<void> {
    await eventually('each station has its node', async () => {
      const nodes = [...this.nodes.values()];
      const weighted = nodes.map(({ name }) => ({ name, weight: 1 }));
      const [ids, own, states] = await Promise.all([nodes[0]!.process.call('ids'), Promise.all(nodes.map(({ process }) => process.call('own'))), Promise.all(nodes.map(({ process }) => process.call('states')))]);
      const isTheirs = nodes.every(({ name }, index) => own[index]!.join() === ids.filter((id) => rendezvous(id, weighted)[0]!.name === name).join());
      return isTheirs && states.every((each) => each.length === ids.length && each.every((state) => state === 'live'));
    }, { everyMs: 250, withinMs: 90_000 });
  }

  async close(): Promise<void> {
    this.#receiver.closeAllConnections();
    this.#receiver.close();
    await Promise.all([...this.nodes.values()].map(({ process }) => process.end()));
    await Promise.all([...this.#links.values()].flatMap((links) => Object.values(links)).map((link) => link.close()));
    await this.bench.close();
  }

  get #awayFile(): string {
    return join(this.bench.folder, 'away');
  }
}

function withPort(address: string, port: number): string {
  const url = new URL(address);
  url.port = String(port);
  return url.href;
}
