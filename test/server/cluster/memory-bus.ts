/** A bus within one process: delivers at once and in order, unless a node is cut off. */
import { Subject } from 'rxjs';
import type { Bus, BusMessage } from '../../../server/cluster/bus.js';

interface Listener {
  readonly node: MemoryBus;
  readonly subject: string;
  hear(message: BusMessage): void;
}

export class MemoryNetwork {
  readonly listeners = new Set<Listener>();
  /** Subjects of all that was published. */
  readonly published: string[] = [];

  node(): MemoryBus {
    return new MemoryBus(this);
  }
}

export class MemoryBus implements Bus {
  readonly connected$ = new Subject<boolean>();
  /** Sends and gets nothing, and does not know. */
  isDeaf = false;
  isConnected = true;
  ignored = 0;
  readonly #network: MemoryNetwork;

  constructor(network: MemoryNetwork) {
    this.#network = network;
  }

  connect(isConnected: boolean): void {
    this.isConnected = isConnected;
    this.connected$.next(isConnected);
  }

  ignore(): void {
    this.ignored++;
  }

  publish(subject: string, text: string, answers?: string): void {
    if (!this.isConnected || this.isDeaf) return;
    this.#network.published.push(subject);
    const reached = [...this.#network.listeners].filter((each) => matches(each.subject, subject) && each.node.isConnected);
    for (const { node, hear } of reached) {
      if (!node.isDeaf) hear({ subject, text, isNobody: false, answer: (answer) => answers !== undefined && node.publish(answers, answer) });
    }
    if (reached.length === 0 && answers !== undefined) {
      for (const each of this.#network.listeners) if (matches(each.subject, answers)) each.hear({ subject: answers, text: '', isNobody: true, answer() {} });
    }
  }

  subscribe(subject: string, hear: (message: BusMessage) => void): () => void {
    const listener: Listener = { node: this, subject, hear };
    this.#network.listeners.add(listener);
    return () => this.#network.listeners.delete(listener);
  }
}

function matches(wanted: string, subject: string): boolean {
  return wanted === subject || (wanted.endsWith('.*') && subject.startsWith(wanted.slice(0, -1)));
}
