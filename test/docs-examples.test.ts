/** The examples of docs/: files are served as they stand there, each curl line is sent, and what follows it must come back. */
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { ServedProject } from '../packages/tina4-nodejs/test/cli/served-project.js';

const docs = path.join(__dirname, '../docs');
const pages = ['routing.md', 'requests-and-responses.md', 'getting-started.md', 'sessions.md', 'templates.md'];

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, text]) => ({
    language: language as string,
    text: text as string,
  }));
}

/** Files by path: blocks that begin with a comment naming where they go. */
function filesIn(blocks: readonly Block[]): Record<string, string> {
  const named = blocks.map(({ text }) => [/^(?:\/\/|<!--|\{#) (src\/\S+)/.exec(text)?.[1], text] as const);
  return Object.fromEntries(named.filter((pair): pair is [string, string] => pair[0] !== undefined));
}

/** Each curl line with the block after it. */
function exchangesIn(blocks: readonly Block[]): { command: string; expected: string }[] {
  return blocks.flatMap(({ language, text }, index) =>
    language === 'sh' && text.startsWith('curl ')
      ? [{ command: text.trim(), expected: (blocks[index + 1]?.text ?? '').trim() }]
      : [],
  );
}

/** Does what curl would do with the few options that the pages use: -i, -X, -H and -d. */
function send(command: string): Promise<string> {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? (bare as string));
  const after = (option: string): string[] =>
    words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
  const [body] = after('-d');
  const form = body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' };
  const headers = Object.fromEntries(after('-H').map((line) => line.split(': ') as [string, string]));
  return new Promise((resolve, reject) => {
    const sent = request(words.at(-1) as string, { method: after('-X')[0] ?? 'GET', headers: { ...form, ...headers } });
    sent.on('error', reject);
    sent.on('response', async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      if (!words.includes('-i')) return resolve(text);
      const { httpVersion, statusCode, statusMessage, rawHeaders } = response;
      const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
      resolve([`HTTP/${httpVersion} ${statusCode} ${statusMessage}`, ...lines, '', text].join('\n'));
    });
    sent.end(body);
  });
}

test.each(pages)('the examples of docs/%s do what the page says', async (page) => {
  const blocks = blocksOf(await readFile(path.join(docs, page), 'utf8'));
  const project = await ServedProject.create(filesIn(blocks));
  try {
    const address = await project.serve();
    for (const { command, expected } of exchangesIn(blocks)) {
      const answer = await send(command.replace('http://localhost:7148', address));
      expect({ command, answer }).toEqual({ command, answer: expect.stringContaining(expected) });
    }
  } finally {
    await project.remove();
  }
});

test('links between the pages of docs/ lead to files that exist', async () => {
  const root = path.join(__dirname, '..');
  const names = (await readdir(docs, { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  const broken: string[] = [];
  for (const name of ['README.md', 'CONTRIBUTING.md', ...names]) {
    const text = await readFile(path.join(root, name), 'utf8');
    for (const [, target] of text.replaceAll(/^```.*?^```$/gms, '').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target as string)) continue;
      const file = path.join(root, path.dirname(name), target as string);
      if (
        !(await readFile(file).then(
          () => true,
          (error) => error.code === 'EISDIR',
        ))
      )
        broken.push(`${name} → ${target}`);
    }
  }
  expect(broken).toEqual([]);
});
