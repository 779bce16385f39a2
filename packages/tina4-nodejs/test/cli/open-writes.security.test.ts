import { afterEach, expect, test } from '@jest/globals';
import { ServedProject } from './served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

const PLAIN = `import { Router } from 'tina4-nodejs';
Router.post('/write', async (req, res) => res.json({}));
`;
const LINE = /^.*Writes are open: .* TINA4_SECURE_WRITES is not set.*$/gm;

const MARKED: [string, string, string][] = [
  ['chain', 'src/routes/a.ts', `${PLAIN}Router.post('/login', async (req, res) => res.json({})).noAuth();\n`],
  [
    'annotation',
    'src/routes/a.ts',
    `${PLAIN}/** @noauth */\nRouter.post('/login', async (req, res) => res.json({}));\n`,
  ],
  [
    'meta of a verb file',
    'src/routes/login/post.ts',
    'export const meta = { noAuth: true };\nexport default async (req, res) => res.json({});\n',
  ],
];

test.each(MARKED)(
  'a route marked noAuth by %s makes start and doctor say in one line that writes are open',
  async (_by, file, text) => {
    project = await ServedProject.create({ [file]: text });
    await project.serve();
    const started = project.output.match(LINE);
    await project.stop();
    expect(started).toHaveLength(1);
    expect(started?.[0]).toContain('/login');
    project.output = '';
    const { output } = await project.start(['doctor']).ended();
    expect(output.match(LINE)).toHaveLength(1);
    expect(output).toContain(`[WARN] Writes are open: ${file}`);
  },
);

test.each<[string, string, Record<string, string>]>([
  ['no route is marked', PLAIN, {}],
  ['the setting closes them', MARKED[0]?.[2] ?? '', { TINA4_SECURE_WRITES: 'true' }],
  ['the setting says that it is meant', MARKED[0]?.[2] ?? '', { TINA4_SECURE_WRITES: 'false' }],
])('start and doctor say nothing of open writes where %s', async (_why, text, env) => {
  project = await ServedProject.create({ 'src/routes/a.ts': text });
  await project.serve([], env);
  await project.stop();
  await project.start(['doctor'], env).ended();
  expect(project.output).not.toMatch(/Writes are open/);
});
