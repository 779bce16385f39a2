import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, test } from '@jest/globals';
import { ServedProject } from '../cli/served-project.js';

let project: ServedProject;
afterEach(() => project.remove());

const ROUTES = `import { Router } from 'tina4-nodejs';
Router.get('/boom', async () => { throw new Error('the inside'); });
Router.get('/source', async (req, res) => res.json({ secret: 1 }));
`;
const DEBUG = { TINA4_DEBUG: 'true' };

/** An address of this machine that others can reach; undefined on a machine without a network. */
const outer = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

function get(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; cors: unknown }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers, agent: false }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, text, cors: incoming.headers['access-control-allow-origin'] }),
      );
    });
    outgoing.on('error', reject).end();
  });
}

test('debug mode listens on 127.0.0.1, unless a host is set', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': ROUTES });
  const address = await project.serveOnDefaultHost(DEBUG);
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  if (outer !== undefined) {
    await expect(get(address.replace('127.0.0.1', outer))).rejects.toThrow('ECONNREFUSED');
  }
  await project.stop();
  expect(await project.serveOnDefaultHost({ ...DEBUG, TINA4_HOST: '0.0.0.0' })).toMatch(/^http:\/\/0\.0\.0\.0:/);
  await project.stop();
  expect(await project.serveOnDefaultHost({})).toMatch(/^http:\/\/0\.0\.0\.0:/);
});

test('a web page whose name points to this machine is not answered in debug mode, and a page of another site reads nothing', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': ROUTES });
  const address = await project.serve([], DEBUG);
  expect((await get(`${address}/source`, { Host: 'evil.example' })).status).toBe(421);
  const foreign = await get(`${address}/boom`, { Origin: 'https://evil.example' });
  expect([foreign.status, foreign.cors, foreign.text]).toEqual([
    500,
    undefined,
    '{"error":"Internal Server Error","status":500}',
  ]);
  const own = await get(`${address}/boom`, { Origin: address });
  expect(own.text).toContain('the inside');
});

test('TINA4_ALLOWED_HOSTS lists the hosts that the app answers to, in debug mode beside those of this machine', async () => {
  project = await ServedProject.create({
    'src/routes/a.ts': ROUTES,
    '.env': 'TINA4_ALLOWED_HOSTS=shop.example, .shop.test\n',
  });
  const statuses = async (address: string): Promise<number[]> => {
    const hosts = ['shop.example', 'www.shop.test', 'evil.example', 'localhost'];
    return Promise.all(hosts.map(async (Host) => (await get(`${address}/source`, { Host })).status));
  };
  expect(await statuses(await project.serve())).toEqual([200, 200, 421, 421]);
  await project.stop();
  expect(await statuses(await project.serve([], DEBUG))).toEqual([200, 200, 421, 200]);
});

test('a host that cannot be listed stops the start', async () => {
  project = await ServedProject.create({ 'src/routes/a.ts': ROUTES });
  const env = { TINA4_ALLOWED_HOSTS: 'https://shop.example' };
  const { code, output } = await project.start(['serve', '--port', '0'], env).ended();
  expect(code).toBe(1);
  expect(output).toContain('TINA4_ALLOWED_HOSTS lists "https://shop.example".');
});
