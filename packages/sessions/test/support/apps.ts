import { createSessionEngine } from '../../src/engine/engine.js';
import type { SessionEngineOptions } from '../../src/session-options.js';
import { MemoryStore } from '../../src/stores/memory/memory-store.js';
import { type Routes, startApp, type TestApp } from './test-app.js';

const apps: TestApp[] = [];

/** Starts an app over a memory store, or the store in `options`. `closeApps` ends it. */
export async function openApp(routes: Routes, options: Partial<SessionEngineOptions> = {}): Promise<TestApp> {
  const app = await startApp(createSessionEngine({ store: new MemoryStore(), sweepEveryMs: 0, ...options }), routes);
  apps.push(app);
  return app;
}

/** For `afterEach`. */
export async function closeApps(): Promise<void> {
  await Promise.all(apps.splice(0).map((app) => app.close()));
}
