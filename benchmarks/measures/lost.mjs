import { parseArgs } from 'node:util';
import { adapterNames, loadAdapter } from '../adapters/index.mjs';
import { LOAD_CORE } from '../servers/cores.mjs';
import { HttpClient } from '../servers/http-client.mjs';
import { createSessions, Workbench } from '../servers/workbench.mjs';

export const usage = 'lost [--only=tina4,koa] [--tries=3]   of 200 parallel adds to one session, how many are kept';

const ADDS = 200;

/** One process, and two over the same store where it can be shared. Prints what each try kept and how many were refused. */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string' }, tries: { type: 'string', default: '3' } },
  });
  for (const name of values.only?.split(',') ?? adapterNames) {
    const { stores } = await loadAdapter(name);
    for (const store of stores) {
      for (const processes of store === 'memory' ? [1] : [1, 2]) {
        const tries = await Workbench.use((workbench) =>
          loseOn(workbench, name, store, processes, Number(values.tries)),
        );
        const kept = tries.map((one) => one.kept).join(' ');
        const refused = tries.map((one) => one.refused).join(' ');
        console.log(
          `${name.padEnd(8)} ${store.padEnd(6)} ${processes} process(es): kept ${kept} of ${ADDS}; refused ${refused}`,
        );
      }
    }
  }
}

async function loseOn(workbench, name, store, processes, tries) {
  const context = { app: 'session', store };
  const first = await workbench.start(name, context);
  const servers = [first.server];
  if (processes === 2) {
    const shared = { ...context, folder: first.folder };
    servers.push((await workbench.start(name, shared, { core: LOAD_CORE })).server);
  }
  const results = [];
  for (let index = 0; index < tries; index++) results.push(await addInParallel(servers));
  return results;
}

/** All connections are open before the first add is sent, so that the adds really meet. */
async function addInParallel(servers) {
  const clients = servers.map(({ port }) => new HttpClient(port, ADDS));
  const [cookie] = await createSessions(servers[0].client, 1);
  const sendAll = (request) =>
    Promise.all(Array.from({ length: ADDS }, (_, index) => clients[index % clients.length].send(request(index))));
  await sendAll(() => ({ path: '/unused' }));
  const body = (index) => JSON.stringify({ item: `item ${index}` });
  const answers = await sendAll((index) => ({ method: 'POST', path: '/cart', cookie, body: body(index) }));
  const { cart } = JSON.parse((await servers[0].client.send({ path: '/cart', cookie })).body);
  for (const client of clients) client.close();
  return { kept: new Set(cart).size, refused: answers.filter(({ status }) => status !== 200).length };
}
