import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const builtCommand = join(__dirname, '../../bin/tina4.js');

/** How a process ended and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A project in a fresh folder, run by the real command. */
export class ServedProject {
  readonly folder: string;
  readonly command: string;
  #child: ChildProcess | undefined;
  #ended: Promise<Ended> | undefined;
  output = '';

  private constructor(folder: string, command: string) {
    this.folder = folder;
    this.command = command;
  }

  /** A project in a folder that is there already, served by another copy of the command. */
  static at(folder: string, command: string): ServedProject {
    return new ServedProject(folder, command);
  }

  static async create(files: Record<string, string>): Promise<ServedProject> {
    const project = new ServedProject(await realpath(await mkdtemp(join(tmpdir(), 'tina4-cli-'))), builtCommand);
    await project.write(files);
    return project;
  }

  async write(files: Record<string, string>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await writeFile(join(this.folder, path), text);
    }
  }

  /** Starts `tina4` with these words. The environment holds nothing but PATH and what is given. */
  start(args: readonly string[], env: Record<string, string> = {}): this {
    return this.#spawn([this.command, ...args], env);
  }

  /** Runs the project's start script as `npm start -- …args`; resolves to the address once the banner is there. */
  async npmStart(args: readonly string[]): Promise<string> {
    this.output = '';
    this.#spawn(['start', '--', ...args], {}, 'npm');
    return this.#address();
  }

  #spawn(args: readonly string[], env: Record<string, string>, program = process.execPath): this {
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? '', ...env },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.#ended = new Promise((resolve) => {
      child.on('close', (code) => resolve({ code, output: this.output }));
    });
    return this;
  }

  /** Serves on a free port of 127.0.0.1; resolves to the address once the banner is there. */
  async serve(args: readonly string[] = [], env: Record<string, string> = {}): Promise<string> {
    this.output = '';
    this.start(['serve', '--port', '0', '--host', '127.0.0.1', ...args], env);
    return this.#address();
  }

  /** Serves on a free port of the host that the settings choose. */
  async serveOnDefaultHost(env: Record<string, string>): Promise<string> {
    this.output = '';
    this.start(['serve', '--port', '0'], env);
    return this.#address();
  }

  /** Installs packages of this workspace: `tina4-nodejs` as it is built, or a development tool. */
  async link(...names: string[]): Promise<void> {
    const modules = join(this.folder, 'node_modules');
    await mkdir(modules, { recursive: true });
    const own = join(__dirname, '../..');
    for (const name of names) {
      const target = name === 'tina4-nodejs' ? own : join(own, '../../node_modules', name);
      await symlink(target, join(modules, name), 'dir');
    }
  }

  /** Runs a script of the project in plain node; resolves to the address once the banner is there. */
  async run(script: string, env: Record<string, string> = {}): Promise<string> {
    this.output = '';
    this.#spawn([script], env);
    return this.#address();
  }

  async #address(): Promise<string> {
    await this.until(/Press Ctrl\+C/);
    return /http:\/\/[\d.:]+/.exec(this.output)?.[0] ?? '';
  }

  /** Waits until the output matches; rejects when the process ended first or after a minute, which a busy machine may need. */
  async until(pattern: RegExp): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!pattern.test(this.output)) {
      const isOver = this.#child?.exitCode !== null || Date.now() > deadline;
      if (isOver) throw new Error(`the output never matched ${pattern}:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async ended(): Promise<Ended> {
    return (await this.#ended) as Ended;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Waits until the server takes no new connections; rejects after a minute. */
  async untilRefused(): Promise<void> {
    const address = /http:\/\/[\d.:]+/.exec(this.output)?.[0] ?? '';
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const asking = { headers: { connection: 'close' }, signal: AbortSignal.timeout(5000) };
      const isRefused = await fetch(`${address}/`, asking).then(
        () => false,
        () => true,
      );
      if (isRefused) return;
    }
    throw new Error('the server still takes connections');
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.#child?.kill(signal);
    return this.ended();
  }

  async remove(): Promise<void> {
    if (this.#child?.exitCode === null) await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The body of an answer once it equals `expected`; the last one after 5 s. For changes that take effect shortly. */
export async function bodyOnce(url: string, expected: string): Promise<string> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const body = await (await fetch(url)).text();
    if (body === expected || Date.now() > deadline) return body;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
