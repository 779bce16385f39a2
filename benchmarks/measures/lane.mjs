import assert from 'node:assert/strict';
import { checkPlainApp, checkSessionApp } from '../contract/check-answers.mjs';
import { CONNECTIONS, generateLoad } from '../load/generate-load.mjs';
import { rawRequest } from '../load/raw-request.mjs';
import { createSessions } from '../servers/workbench.mjs';

/** Sent in turn over 32 connections, so that a session has no second request while one is answered. */
const SESSIONS = 256;

/** A turn of this many takes a third of a second for the floor and more for others: enough for the counter of CPU time. */
const IN_PROCESS_REQUESTS = 20_000;

/** One framework on one row, checked and ready: `sendLoad` and `answerInProcess` are its turns. */
export async function openLane(workbench, name, row) {
  const { server } = await workbench.start(name, { app: row.app, store: row.store });
  await (row.app === 'plain' ? checkPlainApp : checkSessionApp)(server.client);
  const cookies = row.app === 'session' ? await createSessions(server.client, SESSIONS, row.isFilled) : [];
  const requests = row.requests(cookies);
  const lane = {
    name,
    server,
    cookies,
    sent: 0,
    turns: 0,
    async sendLoad(seconds) {
      const before = await server.call('cpu');
      const load = await generateLoad(server.port, requests, seconds);
      const used = (await server.call('cpu')) - before;
      lane.sent += load.requests;
      lane.turns++;
      return {
        cpuUs: used / load.requests,
        perSecond: load.requests / load.seconds,
        p50: load.p50,
        p99: load.p99,
        failed: load.failed,
      };
    },
    async answerInProcess() {
      const work = { requests: requests.map(rawRequest), count: IN_PROCESS_REQUESTS };
      return { cpuUs: await server.call('answer', work), failed: 0 };
    },
  };
  return lane;
}

/** Rejects unless the counters of all sessions together show what was sent. Requests cut off at a turn's end may count too. */
export async function checkCounters({ name, server, cookies, sent, turns }) {
  let counted = 0;
  for (const cookie of cookies) {
    const { body } = await server.client.send({ path: '/visits', cookie });
    // Less the visit that made the session and this one.
    counted += JSON.parse(body).visits - 2;
  }
  const isRight = counted >= sent && counted <= sent + turns * CONNECTIONS;
  assert.ok(isRight, `${name} answered ${sent} requests and counted ${counted}.`);
}
