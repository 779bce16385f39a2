import { join } from 'node:path';
import process from 'node:process';
import { ServerEnvironment } from '../project/environment.js';
import type { FileLoader } from '../project/file-loader.js';
import { openProject } from '../project/open-project.js';
import { exists } from '../project/project-folders.js';
import { AppServer } from '../server/app-server.js';

/** Whatever the settings say: tests need no session server, leave no file behind, and nothing is watched. */
const TEST_SETTINGS = { TINA4_SESSION_BACKEND: 'memory', TINA4_SESSION_HANDLER: '', TINA4_NO_RELOAD: 'true' };

/**
 * The project in the working directory, opened for tests: its settings (`.env.test` instead of `.env` where there is one), its
 * entry file and its routes as a start would load them, with sessions in memory and without a port.
 */
export class TestProject {
  static #shared: Promise<TestProject> | undefined;
  readonly loader: FileLoader;
  readonly server: AppServer;

  private constructor(loader: FileLoader, server: AppServer) {
    this.loader = loader;
    this.server = server;
  }

  /** Opens the project at the first call; all tests of a process share it. Rejects with what keeps the project from starting. */
  static open(): Promise<TestProject> {
    TestProject.#shared ??= TestProject.#open(process.cwd());
    return TestProject.#shared;
  }

  /** Closes the shared project, if it was opened. The next `open` starts anew. */
  static async close(): Promise<void> {
    const shared = TestProject.#shared;
    TestProject.#shared = undefined;
    if (shared === undefined) return;
    const { server } = await shared;
    await server.close();
  }

  static async #open(root: string): Promise<TestProject> {
    if (process.env.TINA4_ENV_FILE === undefined && (await exists(join(root, '.env.test')))) {
      process.env.TINA4_ENV_FILE = '.env.test';
    }
    const project = await openProject({ root, environment: new ServerEnvironment(process.env, TEST_SETTINGS) });
    return new TestProject(project.loader, await AppServer.prepare({ project }));
  }
}
