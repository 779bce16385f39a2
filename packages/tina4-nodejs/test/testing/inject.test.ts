import { expect, test } from '@jest/globals';
import { createApp } from '@tina4/core';
import { inject } from '../../src/testing/inject.js';

function quietApp(): ReturnType<typeof createApp> {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return createApp({ log });
}

test('an injected request gets the complete answer, also of a stream', async () => {
  const app = quietApp();
  app.router.get('/stream', (_req, res) => res.stream(['a', 'b', 'c'], 'text/plain'));
  const answer = await inject(app, { method: 'GET', url: '/stream' });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('text/plain');
  expect(answer.body.toString()).toBe('abc');
});

test('an injected form with a file arrives like an upload', async () => {
  const app = quietApp();
  app.router.post('/upload', (req, res) => {
    const file = req.files.photo as { name: string; size: number };
    return res.json({ title: req.body.title, name: file.name, size: file.size });
  });
  const body = new FormData();
  body.set('title', 'Sea');
  body.set('photo', new File(['12345'], 'sea.jpg', { type: 'image/jpeg' }));
  const answer = await inject(app, { method: 'POST', url: '/upload', body });
  expect(answer.body.toString()).toBe('{"title":"Sea","name":"sea.jpg","size":5}');
});

test('an answer that never ends is given up, and the handler sees a client that hung up', async () => {
  const app = quietApp();
  let isOver = false;
  async function* endless(): AsyncGenerator<string> {
    try {
      for (;;) {
        yield '.';
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      isOver = true;
    }
  }
  app.router.get('/endless', (_req, res) => res.stream(endless()));
  const answer = inject(app, { method: 'GET', url: '/endless', timeoutMs: 50 });
  await expect(answer).rejects.toThrow('T4_TEST_NO_ANSWER: GET /endless gave no complete answer within 0.05 s.');
  const deadline = Date.now() + 5000;
  while (!isOver && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isOver).toBe(true);
});
