import { createHash } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { ServedProject } from './served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

const routes = `import { Router } from 'tina4-nodejs';
Router.post('/add', async (req, res) => {
  req.session.cart = [...(req.session.cart ?? []), 'x'.repeat(Number(req.query.size ?? 1))];
  return res.json({ id: req.session.id });
});
Router.get('/cart', async (req, res) => res.json({ items: (req.session.cart ?? []).length }));
`;

const stores: [string, Record<string, string>][] = [
  ['files', {}],
  ['SQLite', { TINA4_SESSION_BACKEND: 'database', DATABASE_URL: 'sqlite:///app.db' }],
];

async function tina4(words: string[], env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const command = ServedProject.at(project.folder, project.command);
  return command.start(['sessions', ...words], env).ended();
}

async function newVisitor(address: string, size: number): Promise<{ cookie: string; handle: string; id: string }> {
  const answer = await fetch(`${address}/add?size=${size}`, { method: 'POST' });
  const { id } = (await answer.json()) as { id: string };
  const handle = createHash('sha256').update(id).digest('hex').slice(0, 16);
  return { id, handle, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

test.each(stores)(
  'stats counts the sessions in %s beside the running server, and names the largest',
  async (_, env) => {
    project = await ServedProject.create({ 'src/routes/a.ts': routes });
    const address = await project.serve([], env);
    await newVisitor(address, 10);
    await newVisitor(address, 10);
    const { handle } = await newVisitor(address, 3000);
    const { code, output } = await tina4(['stats'], env);
    expect(code).toBe(0);
    expect(output).toContain('  Sessions: 3\n');
    expect(output).toMatch(new RegExp(`\\d{4} in all, \\d{2} the median, 30\\d\\d the largest \\(${handle}\\)`));
  },
);

test.each(stores)('revoke ends one session in %s and leaves the others', async (_, env) => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const address = await project.serve([], env);
  const [one, other] = [await newVisitor(address, 1), await newVisitor(address, 1)];
  const items = async (cookie: string): Promise<unknown> =>
    (await fetch(`${address}/cart`, { headers: { cookie } })).json();
  expect(await tina4(['revoke', one.handle], env)).toEqual({ code: 0, output: `Session ${one.handle} has ended.\n` });
  expect([await items(one.cookie), await items(other.cookie)]).toEqual([{ items: 0 }, { items: 1 }]);
  const again = await tina4(['revoke', one.handle], env);
  expect(again.code).toBe(1);
  expect(again.output).toMatch(new RegExp(`^Error: No session in the \\w+ store has the handle ${one.handle}\\.\n$`));
});

test('revoke refuses a session id, and does not repeat it', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const { id } = await newVisitor(await project.serve(), 1);
  const { code, output } = await tina4(['revoke', id], {});
  expect(code).toBe(1);
  expect(output).toContain('A session id is no handle.');
  expect(output).not.toContain(id);
});

test('sweep keeps what expired a moment ago, and --all removes it', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': routes });
  const env = { TINA4_SESSION_LIFETIME: '1' };
  await newVisitor(await project.serve([], env), 1);
  await project.stop();
  const later = { TINA4_SESSION_LIFETIME: '600' };
  const deadline = Date.now() + 10_000;
  while (!(await tina4(['stats'], later)).output.includes('not removed yet: 1') && Date.now() < deadline);
  expect((await tina4(['sweep'], later)).output).toMatch(/^Removed 0 expired entries .*last 600 s is kept; --all/);
  expect((await tina4(['sweep', '--all'], later)).output).toBe('Removed 1 expired entry from the file store.\n');
  expect((await tina4(['stats'], later)).output).toContain('not removed yet: 0');
});

test.each([
  [['stats'], { TINA4_SESSION_BACKEND: 'memory' }, 'Sessions in memory are known to their server process only'],
  [['count'], {}, 'tina4 sessions does not know "count". Use stats, sweep or revoke.'],
  [['revoke'], {}, 'needs the handle of a session'],
  [['stats'], { TINA4_SESSION_BACKEND: 'redis', TINA4_SESSION_PORT: '1' }, 'T4_STORE_UNAVAILABLE'],
])('%j with %j ends with 1 and one line', async (words, env, message) => {
  project = await ServedProject.create({});
  const { code, output } = await tina4(words, env as Record<string, string>);
  expect({ code, lines: output.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
  expect(output).toContain(message);
});
