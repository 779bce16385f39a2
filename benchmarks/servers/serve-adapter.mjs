/**
 * The process of one adapter: `serve-adapter.mjs NAME CONTEXT-AS-JSON`, with a channel to the one that measures. Says on which
 * port it listens, then does what it is asked for and ends with the channel.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Session } from 'node:inspector/promises';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadAdapter } from '../adapters/index.mjs';
import { answerInProcess } from './in-process.mjs';

/** The server that answered last, whatever the framework hides it behind. */
let server;
let profiler;

const actions = {
  /** CPU time of all threads so far, in microseconds. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  /** Bytes in use after a collection, and of the whole process. */
  memory() {
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heapUsed, external };
  },
  /** Answers requests without a socket; see in-process.mjs. The server must have answered one over a socket before. */
  answer: (work) => answerInProcess(server, work),
  async startProfile() {
    profiler = new Session();
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.setSamplingInterval', { interval: 250 });
    await profiler.post('Profiler.start');
  },
  async stopProfile() {
    const { profile } = await profiler.post('Profiler.stop');
    profiler.disconnect();
    return profile;
  },
};

subscribe('http.server.request.start', rememberServer);

const [name, context] = process.argv.slice(2);
const adapter = await loadAdapter(name);
const port = await adapter.start(JSON.parse(context));
process.on('disconnect', () => process.exit());
process.on('message', async ({ id, action, argument }) => {
  if (actions[action] === undefined) return;
  try {
    process.send({ id, result: (await actions[action](argument)) ?? null });
  } catch (error) {
    process.send({ id, error: error.stack });
  }
});
process.send({ readyAt: port });

/** Only the first request passes here: a listener would be part of what is measured. */
function rememberServer(message) {
  server = message.server;
  unsubscribe('http.server.request.start', rememberServer);
}
