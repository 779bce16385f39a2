import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreSettings } from '../../src/session-options.js';
import { compileChild } from './compiled-sources.js';

/** Where the drivers are, for the compiled shop, which lies in the temporary folder. */
const PACKAGE = join(__dirname, '../..');

/** What came back. Status 0: the connection broke before an answer came. */
export interface ShopAnswer {
  readonly status: number;
  /** `name=value` of the cookie that was set, or ''. */
  readonly cookie: string;
  readonly text: string;
}

/** The program of a shop process, compiled once for a suite. */
export class ShopProgram {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tina4-shop-'));
  readonly #script = compileChild(this.#folder, 'test/stores/shop-process.ts');

  /** Starts `count` processes on one store and a first visit, whose cookie is returned with them. */
  async open(settings: StoreSettings, count: number): Promise<{ shops: ShopProcesses; cookie: string }> {
    const argument = JSON.stringify({ projectDir: PACKAGE, ...settings });
    const children = Array.from({ length: count }, () =>
      fork(this.#script, [argument], { stdio: 'inherit', execArgv: [] }),
    );
    try {
      const ports = await Promise.all(
        children.map(async (child) => {
          const failed = once(child, 'exit').then(([code]) => {
            throw new Error(`The shop ended with ${String(code)} instead of starting.`);
          });
          const [{ port }] = (await Promise.race([once(child, 'message'), failed])) as [{ port: number }];
          failed.catch(() => undefined);
          return port;
        }),
      );
      const shops = new ShopProcesses(children, ports);
      return { shops, cookie: (await shops.send(0, 'GET', '/')).cookie };
    } catch (error) {
      for (const child of children) child.kill('SIGKILL');
      throw error;
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Running shop processes. Requests go to each in turn, over 40 connections in all. */
export class ShopProcesses {
  readonly #children: readonly ChildProcess[];
  readonly #ports: readonly number[];
  readonly #agent = new Agent({ keepAlive: true, maxTotalSockets: 40 });

  constructor(children: readonly ChildProcess[], ports: readonly number[]) {
    this.#children = children;
    this.#ports = ports;
  }

  kill(index: number): void {
    this.#children[index]?.kill('SIGKILL');
  }

  /** Ends all. What they stored stays. */
  close(): void {
    this.#agent.destroy();
    for (const child of this.#children) child.kill('SIGKILL');
  }

  send(index: number, method: string, path: string, cookie = ''): Promise<ShopAnswer> {
    const port = this.#ports[index % this.#ports.length];
    const target = { host: '127.0.0.1', port, method, path, agent: this.#agent, headers: { cookie } };
    return new Promise((resolve) => {
      const outgoing = request(target, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', () => resolve({ status: 0, cookie: '', text }));
        response.on('end', () => {
          const set = response.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
          resolve({ status: response.statusCode ?? 0, cookie: set, text });
        });
      });
      outgoing.on('error', () => resolve({ status: 0, cookie: '', text: '' }));
      outgoing.end();
    });
  }

  /** 200 requests at once with the items 0 to 199. Returns what was not answered with 200, which should be nothing. */
  async storm(cookie: string, method: string, path: string): Promise<readonly ShopAnswer[]> {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => this.send(index, method, `${path}?item=${index}`, cookie)),
    );
    return answers.filter(({ status }) => status !== 200);
  }

  /** The session as the process `index` reads it. */
  async stored(index: number, cookie: string): Promise<Record<string, unknown>> {
    return JSON.parse((await this.send(index, 'GET', '/all', cookie)).text);
  }
}
