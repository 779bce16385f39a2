import { echoBody, orderPath, SHOPS } from './app.mjs';

/**
 * What is measured. A row names the app and the store it runs on, whether its sessions are filled before, and the requests
 * that are sent in turn. `cookies` has one header per session; rows of the plain app get none. `isCounted`: afterwards the
 * counters of all sessions must show how many requests were sent. `only`: the adapters that the row is about, beside the floor.
 */
export const rows = [
  { id: 'W1', title: 'hello JSON', app: 'plain', isInProcess: true, requests: () => [get('/hello')] },
  {
    id: 'W2',
    title: 'two parameters, 100 routes',
    app: 'plain',
    isInProcess: true,
    requests: () => Array.from({ length: SHOPS }, (_, shop) => get(orderPath(shop, 1000 + shop, `order-${shop}`))),
  },
  {
    id: 'W3',
    title: 'POST, JSON echo of 1 KB',
    app: 'plain',
    isInProcess: true,
    requests: () => [{ method: 'POST', path: '/echo', body: echoBody }],
  },
  { id: 'W4', title: 'counter, memory', store: 'memory', isInProcess: true, ...counting() },
  { id: 'W5', title: 'counter, files', store: 'files', ...counting() },
  { id: 'W6', title: 'counter, Redis', store: 'redis', ...counting() },
  { id: 'W7', title: 'read one of 50 keys, Redis', store: 'redis', isFilled: true, ...reading('/preference') },
  { id: 'W8', title: 'session untouched, Redis', store: 'redis', ...reading('/unused') },
  { id: 'W8n', title: 'route without a session, Redis', store: 'redis', only: ['tina4'], ...reading('/outside') },
  { id: 'W9', title: 'page of 30 rows', app: 'plain', requests: () => [get('/page')] },
];

function get(path, cookie) {
  return { method: 'GET', path, cookie };
}

function counting() {
  return { ...reading('/visits'), isCounted: true };
}

function reading(path) {
  return { app: 'session', requests: (cookies) => cookies.map((cookie) => get(path, cookie)) };
}
