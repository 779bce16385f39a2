import { parseArgs } from 'node:util';
import { adapterNames, loadAdapter } from '../adapters/index.mjs';
import { checkPlainApp, checkSessionApp } from '../contract/check-answers.mjs';
import { Workbench } from '../servers/workbench.mjs';

export const usage =
  'check [--only=tina4,fastify]   does every framework give the same answers, on every store it has?';

/** Prints a line for each app and store. Sets the exit code when one is wrong. */
export async function run(args) {
  const { values } = parseArgs({ args, options: { only: { type: 'string' } } });
  await Workbench.use(async (workbench) => {
    for (const name of values.only?.split(',') ?? adapterNames) {
      const { stores } = await loadAdapter(name);
      await check(workbench, name, { app: 'plain' });
      for (const store of stores) await check(workbench, name, { app: 'session', store });
    }
  });
}

async function check(workbench, name, context) {
  const what = `${name} ${context.store ?? context.app}`;
  try {
    const { server } = await workbench.start(name, context);
    await (context.app === 'plain' ? checkPlainApp : checkSessionApp)(server.client);
    await workbench.stop(server);
    console.log(`right  ${what}`);
  } catch (error) {
    console.log(`WRONG  ${what}: ${error.message}`);
    process.exitCode = 1;
  }
}
