import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { rows } from '../contract/rows.mjs';
import { generateLoad } from '../load/generate-load.mjs';
import { rawRequest } from '../load/raw-request.mjs';
import { digestProfile } from '../numbers/cpu-profile.mjs';
import { createSessions, Workbench } from '../servers/workbench.mjs';

export const usage =
  'profile [--name=tina4] [--rows=W3,W4] [--seconds=5] [--top=25] [--in-process] [--keep=FOLDER]   where the processor time goes';

/** Prints the shares of packages and of the functions that take most by themselves, idle time left out. */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string', default: 'tina4' },
      rows: { type: 'string', default: 'W3,W4,W5,W6,W8' },
      seconds: { type: 'string', default: '5' },
      top: { type: 'string', default: '25' },
      'in-process': { type: 'boolean', default: false },
      keep: { type: 'string' },
    },
  });
  for (const row of rows.filter(({ id }) => values.rows.split(',').includes(id))) {
    const profile = await Workbench.use((workbench) => profileRow(workbench, row, values));
    if (values.keep !== undefined) {
      await writeFile(`${values.keep}/${values.name}-${row.id}.cpuprofile`, JSON.stringify(profile));
    }
    print(`${values.name} ${row.id} ${row.title}`, digestProfile(profile, Number(values.top)));
  }
}

async function profileRow(workbench, row, { name, seconds, 'in-process': isInProcess }) {
  const { server } = await workbench.start(name, { app: row.app, store: row.store });
  const cookies = row.app === 'session' ? await createSessions(server.client, 256, row.isFilled) : [];
  const requests = row.requests(cookies);
  await server.client.send(requests[0]);
  const work = isInProcess
    ? () => server.call('answer', { requests: requests.map(rawRequest), count: Number(seconds) * 40_000 })
    : () => generateLoad(server.port, requests, Number(seconds));
  // What is compiled and learned at the beginning is no part of the picture.
  await generateLoad(server.port, requests, 2);
  await server.call('startProfile');
  await work();
  return server.call('stopProfile');
}

function print(title, { idle, packages, functions }) {
  console.log(`\n${title}: idle ${percent(idle)}`);
  for (const [name, share] of packages) console.log(`  ${percent(share)}  ${name}`);
  console.log('  functions by themselves:');
  for (const [name, share] of functions) console.log(`  ${percent(share)}  ${name}`);
}

const percent = (share) => `${(share * 100).toFixed(1).padStart(5)} %`;
