import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const command = join(__dirname, '../../../packages/tina4-nodejs/bin/tina4.js');
const shopFolder = join(__dirname, '..');
const exampleSettings = join(shopFolder, '.env.example');

/** An app served by the real `tina4 serve` on a free port, with its sessions in a fresh folder. Needs a build. */
export class ServedShop {
  readonly #appFolder: string;
  readonly #sessionFolder: string;
  #child: ChildProcess | undefined;
  #output = '';
  /** `http://127.0.0.1:port`; another port after every start. */
  url = '';

  private constructor(appFolder: string, sessionFolder: string) {
    this.#appFolder = appFolder;
    this.#sessionFolder = sessionFolder;
  }

  /** Serves the shop, or the app in another folder. */
  static async start(appFolder: string = shopFolder): Promise<ServedShop> {
    const shop = new ServedShop(appFolder, await mkdtemp(join(tmpdir(), 'tina4-shop-')));
    await shop.startAgain();
    return shop;
  }

  /** Starts on the sessions that are there. Rejects when the server has not answered within 15 s. */
  async startAgain(): Promise<void> {
    this.#output = '';
    const child = spawn(process.execPath, [command, 'serve', '--port', '0', '--host', '127.0.0.1'], {
      cwd: this.#appFolder,
      // The settings that the example comes with, and nothing of the tests' own environment or of a developer's .env.
      env: { PATH: process.env.PATH, TINA4_SESSION_PATH: this.#sessionFolder, TINA4_ENV_FILE: exampleSettings },
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    this.url = await this.#address(Date.now() + 15_000);
  }

  /** Ends the server with a signal and waits until it is gone. Resolves to its exit code, null after SIGKILL. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit', { signal: AbortSignal.timeout(15_000) });
    child.kill(signal);
    await exit;
    return child.exitCode;
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.#sessionFolder, { recursive: true, force: true });
  }

  async #address(deadline: number): Promise<string> {
    for (;;) {
      const address = /running at (http:\S+)/.exec(this.#output)?.[1];
      if (address !== undefined) return address;
      if (this.#child?.exitCode !== null || Date.now() > deadline) {
        await this.remove();
        throw new Error(`The shop did not start:\n${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
