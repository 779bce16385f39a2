import { afterEach, expect, test } from '@jest/globals';
import { ServedProject } from './served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

const page = `import { Router } from 'tina4-nodejs';
Router.get('/', (req, res) => res.html('page.html', { name: 'a' }));
Router.get('/part', (req, res) => res.html('<p>part</p>'));
Router.get('/json', (req, res) => res.json({ html: '</body>' }));
`;
const files = {
  'src/routes/page.ts': page,
  'src/templates/page.html': '<html><body><h1>{{ name }}</h1></body></html>',
};

/** Reads an event stream until its text matches; bounded by the request's own timeout. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, pattern: RegExp): Promise<string> {
  let text = '';
  while (!pattern.test(text)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended with ${text}`);
    text += Buffer.from(value).toString();
  }
  return text;
}

test.each([
  ['a template', { 'src/templates/page.html': '<html><body>{{ name }} changed</body></html>' }],
  ['a public file', { 'src/public/css/a.css': 'p { color: red }' }],
  ['a route', { 'src/routes/page.ts': `${page}\nRouter.get('/new', () => ({}));\n` }],
])('in debug mode an open page is told when %s changes', async (_what, change) => {
  project = await ServedProject.create({ ...files, 'src/public/css/.keep': '' });
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  const events = await fetch(`${address}/__dev_reload`, { signal: AbortSignal.timeout(10_000) });
  const reader = (events.body as ReadableStream<Uint8Array>).getReader();
  await readUntil(reader, /event: server/);
  await project.write(change);
  expect(await readUntil(reader, /event: refresh/)).toContain('event: refresh');
  await reader.cancel();
});

test('in debug mode pages carry the script that listens, fragments and JSON stay as they are', async () => {
  project = await ServedProject.create(files);
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  const text = async (path: string): Promise<string> => (await fetch(address + path)).text();
  expect(await text('/')).toBe('<html><body><h1>a</h1><script src="/__dev_reload.js" defer></script>\n</body></html>');
  expect(await text('/part')).toBe('<p>part</p>');
  expect(await text('/json')).toBe('{"html":"</body>"}');
  expect(await text('/__dev_reload.js')).toContain('EventSource');
});

test.each([
  ['outside debug mode', [], {}],
  ['with --no-reload', ['--no-reload'], { TINA4_DEBUG: 'true' }],
])('%s there is neither script nor event stream', async (_when, args, env) => {
  project = await ServedProject.create(files);
  const address = await project.serve(args, env as Record<string, string>);
  expect(await (await fetch(`${address}/`)).text()).not.toContain('__dev_reload');
  expect((await fetch(`${address}/__dev_reload`)).status).toBe(404);
  expect((await fetch(`${address}/__dev_reload.js`)).status).toBe(404);
});

test('an open page does not keep the server from ending', async () => {
  project = await ServedProject.create(files);
  const address = await project.serve([], { TINA4_DEBUG: 'true' });
  await fetch(`${address}/__dev_reload`);
  expect((await project.stop()).code).toBe(0);
});
