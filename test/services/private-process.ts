import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from './find-program.js';
import { idsOf } from './system-user.js';

/** How a program is run. */
export interface ProgramOptions {
  /** Working folder. */
  readonly folder: string;
  /** Account to run as. Counts only when we are root: several servers refuse to run as root. */
  readonly user?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** A running server program. It dies with this process, even when this process is killed. */
export class PrivateProcess {
  readonly #child: ChildProcess;
  readonly #logPath: string;
  readonly #exited: Promise<void>;
  #isAlive = true;

  private constructor(child: ChildProcess, logPath: string) {
    this.#child = child;
    this.#logPath = logPath;
    this.#exited = new Promise((resolve) => {
      const end = (): void => {
        this.#isAlive = false;
        resolve();
      };
      child.once('exit', end);
      child.once('error', end);
    });
  }

  /** Starts `program`. Its output goes to `LOG.log` in the folder. */
  static async start(
    program: string,
    args: readonly string[],
    options: ProgramOptions & { readonly log: string },
  ): Promise<PrivateProcess> {
    const logPath = join(options.folder, `${options.log}.log`);
    const log = await open(logPath, 'a');
    try {
      const setpriv = findProgram('setpriv');
      const command = setpriv === undefined ? [program, ...args] : [setpriv, '--pdeathsig', 'KILL', program, ...args];
      const child = spawn(command[0] ?? program, command.slice(1), {
        cwd: options.folder,
        env: { ...process.env, ...options.env },
        stdio: ['ignore', log.fd, log.fd],
        ...idsOf(options.user),
      });
      const started = new PrivateProcess(child, logPath);
      if (setpriv === undefined && child.pid !== undefined) killWithParent(child, child.pid);
      return started;
    } finally {
      await log.close();
    }
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.#child.spawnfile} could not be started.`);
    return this.#child.pid;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#isAlive) this.#child.kill(signal);
  }

  /** Asks with `signal`, insists with SIGKILL after `patienceMs`, and resolves when the process is gone. */
  async end(signal: NodeJS.Signals, patienceMs = 5000): Promise<void> {
    if (!this.#isAlive) return;
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    try {
      this.#child.kill(signal);
      // A stopped process does not act on any signal but SIGKILL until it is continued.
      this.#child.kill('SIGCONT');
      await this.#exited;
    } finally {
      clearTimeout(insist);
    }
  }

  /** The end of what the program printed, for error messages. */
  async logTail(): Promise<string> {
    const text = await readFile(this.#logPath, 'utf8').catch(() => '');
    return text.slice(-800);
  }

  /** Waits until `isReady` answers true. Rejects when the program ended or the time is over, with the end of its output. */
  async waitUntil(isReady: () => Promise<boolean>, timeoutMs = 30_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    for (;;) {
      if (!this.#isAlive) throw new Error(`${this.#child.spawnfile} ended at its start. ${await this.logTail()}`);
      if (await isReady().catch(() => false)) return;
      if (Date.now() > end) {
        throw new Error(`${this.#child.spawnfile} was not ready after ${timeoutMs} ms. ${await this.logTail()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/**
 * Runs a program to its end and resolves with what it printed. Rejects when it fails or takes longer than `timeoutMs`
 * (default 60 s).
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions & { readonly input?: string; readonly timeoutMs?: number },
): Promise<string> {
  const child = spawn(program, args, {
    cwd: options.folder,
    env: { ...process.env, ...options.env },
    stdio: 'pipe',
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
    ...idsOf(options.user),
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  // A program that ends without reading its input is judged by its exit code alone.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve(exitCode ?? signal));
  });
  if (code !== 0) throw new Error(`${program} ended with ${code}. ${output.slice(-800)}`);
  return output;
}

/**
 * Where the kernel cannot tie a child to its parent (no setpriv: macOS), a shell waits for the end of a pipe that only this
 * process holds and then kills the child.
 */
function killWithParent(child: ChildProcess, pid: number): void {
  const watcher = spawn('sh', ['-c', `cat >/dev/null; kill -9 ${pid}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  watcher.unref();
  child.once('exit', () => watcher.kill('SIGKILL'));
}
