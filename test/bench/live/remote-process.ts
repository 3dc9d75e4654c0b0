/**
 * Functions of another process, called from here over the IPC channel. The process ends when the
 * one that started it lets go of it, or dies.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a process answers to. Arguments and results are copied as structured clone copies them. */
export type Calls = Readonly<Record<string, (...args: never[]) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** A process that does not go when it is let go of is killed after this time. */
const EXIT_TIMEOUT_MS = 30_000;

/** In the process that is called: these functions answer from now on. */
export function serveCalls(calls: Calls): void {
  process.on('message', ({ id, name, args }: Question) => {
    const reply = (told: Omit<Answer, 'id'>): void => void process.send!({ id, ...told });
    void (async () => calls[name]!(...(args as never[])))().then(
      (value) => reply({ value }),
      (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

/** In the process that calls. */
export class RemoteProcess<C extends Calls> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  /**
   * @param module beside this file
   * @param flags of node itself
   */
  constructor(module: string, flags: readonly string[] = []) {
    this.#child = fork(new URL(module, import.meta.url), {
      execArgv: [...flags],
      serialization: 'advanced',
      // Standard output belongs to the figures.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#child.on('message', ({ id, value, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value as never);
      else waiting?.reject(new Error(error));
    });
    this.#child.once('exit', (exitCode, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${module} ended with ${signal ?? `exit code ${exitCode}`}.`));
      this.#waiting.clear();
    });
  }

  /** @throws Error with what the function threw, or when the process has ended */
  call<Name extends keyof C & string>(name: Name, ...args: Parameters<C[Name]>): Promise<Awaited<ReturnType<C[Name]>>> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) return reject(new Error('The process has ended.'));
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, name, args } satisfies Question);
    });
  }

  /** Lets go of the process and waits until it has ended. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const timeout = setTimeout(() => this.#child.kill('SIGKILL'), EXIT_TIMEOUT_MS);
    await exited;
    clearTimeout(timeout);
  }
}
