/** `TINA4_RATE_LIMIT` over real HTTP with two processes of the real command. */
import { afterEach, expect, test } from '@jest/globals';
import { describeService } from '../../../test/services/describe-service.js';
import { ServedProject } from './cli/served-project.js';

const projects: ServedProject[] = [];

afterEach(async () => {
  for (const project of projects.splice(0)) await project.remove();
});

async function serve(env: Record<string, string>): Promise<string> {
  const project = await ServedProject.create({
    'src/routes/page.ts':
      "import { Router } from 'tina4-nodejs';\nRouter.get('/page', async (req, res) => res.json({}));\n",
  });
  projects.push(project);
  return project.serve([], env);
}

for (const name of ['redis', 'valkey'] as const) {
  describeService(name, (service) => {
    test('two processes with sessions on it share one limit', async () => {
      const env = {
        TINA4_SESSION_BACKEND: name,
        TINA4_SESSION_URL: service.url,
        TINA4_SESSION_PREFIX: `${service.namespace}:`,
        TINA4_RATE_LIMIT: '6',
      };
      const addresses = [await serve(env), await serve(env)];

      const answers = [];
      for (let index = 0; index < 10; index++) answers.push(await fetch(`${addresses[index % 2]}/page`));

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 429, 429, 429, 429]);
      expect(answers.map((answer) => answer.headers.get('x-ratelimit-remaining')).slice(0, 7)).toEqual([
        ...['5', '4', '3', '2', '1', '0', '0'],
      ]);
      expect(Number(answers[9]?.headers.get('retry-after'))).toBeGreaterThan(30);
    });
  });
}
