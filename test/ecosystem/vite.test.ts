import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';

/** Vite is a package of ES modules, which this runner does not load; so it runs on the built packages, as at users'. */
test("Vite's development server runs as middleware of ours", async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'tina4-vite-'));
  await writeFile(path.join(root, 'main.ts'), 'const greeting: string = "hello"; document.title = greeting;');
  const child = spawn(process.execPath, [path.join(__dirname, 'vite-app.mjs'), root], { stdio: 'pipe' });
  try {
    let failure = '';
    child.stderr.on('data', (text) => {
      failure += text;
    });
    const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [Buffer | number];
    expect({ isUp: String(line).startsWith('http'), failure }).toEqual({ isUp: true, failure: '' });
    const url = String(line).trim();
    expect(await (await fetch(`${url}/api`)).json()).toEqual({ from: 'ours' });
    expect(await (await fetch(url)).text()).toContain('/@vite/client');
    const module = await fetch(`${url}/main.ts`);
    expect([module.status, module.headers.get('content-type')]).toEqual([200, 'text/javascript']);
    expect(await module.text()).toContain('const greeting = "hello"');
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  } finally {
    child.stdin.end();
    if (child.exitCode === null) await once(child, 'exit');
    await rm(root, { recursive: true, force: true });
  }
}, 60_000);
