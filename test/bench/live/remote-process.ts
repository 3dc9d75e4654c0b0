/** RPC to a child process over its IPC channel. The child exits when its parent disconnects or dies. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Callable functions; arguments and results are structured clones. */
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

/** A process that doesn't exit after a disconnect is killed after this time. */
const EXIT_TIMEOUT_MS = 30_000;

/** Child side: serves calls to these functions. */
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

/** Parent side. */
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
      // stdout is reserved for the figures.
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

  /** Disconnects and waits for the process to exit. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const timeout = setTimeout(() => this.#child.kill('SIGKILL'), EXIT_TIMEOUT_MS);
    await exited;
    clearTimeout(timeout);
  }
}
