import { join } from 'node:path';
import { didYouMean } from '@tina4/core';
import { notBuiltText } from '../not-built.js';
import { notBuiltKinds } from '../not-built-commands.js';
import { StartError } from '../project/start-error.js';
import { writeNewFile } from './write-new-file.js';

/** Flags of `tina4 generate`. */
export interface GenerateOptions {
  /** Path before the name of a route. */
  readonly prefix?: string | undefined;
  /** Name of middleware for the new routes. */
  readonly middleware?: string | undefined;
}

/** `tina4 generate route products`, `tina4 generate middleware audit`, `tina4 generate test Products`. A file that is there is never overwritten. */
export async function generate(kind: string, name: string, options: GenerateOptions = {}): Promise<void> {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
    throw new StartError(`"${name}" cannot be a file name. Use letters, digits, - and _, starting with a letter.`);
  }
  const [path, text] = fileFor(kind, name, options);
  const isWritten = await writeNewFile(path, text);
  console.log(isWritten ? `  Created ${path}` : `  Skipped ${path}: it exists already.`);
}

function fileFor(kind: string, name: string, options: GenerateOptions): [path: string, text: string] {
  switch (kind) {
    case 'route':
      return [join('src/routes', `${name}.ts`), routeFile(name, options)];
    case 'middleware':
      return [join('src/middleware', `${name}.ts`), middlewareFile(identifierOf(name))];
    case 'test':
      return [join('tests', `${name}.ts`), testFile(identifierOf(name))];
    default:
      if (Object.hasOwn(notBuiltKinds, kind)) {
        throw new StartError(notBuiltText(`tina4 generate ${kind}`, notBuiltKinds[kind] ?? ''));
      }
      throw new StartError(
        `"${kind}" cannot be generated${didYouMean(kind, ['route', 'middleware', 'test'])} Use route, middleware or test.`,
      );
  }
}

function routeFile(name: string, { prefix = '/api', middleware }: GenerateOptions): string {
  const path = `/${prefix}/${name}`.replace(/\/+/g, '/');
  const tail = middleware === undefined ? '' : `, ${JSON.stringify(middleware)}`;
  return `import { Router } from 'tina4-nodejs';

Router.get('${path}', async (req, res) => {
  return res.json([]);
}${tail});

Router.get('${path}/{id:int}', async (req, res) => {
  return res.json({ id: req.params.id });
}${tail});

Router.post('${path}', async (req, res) => {
  return res.json(req.body, 201);
}${tail});

Router.put('${path}/{id:int}', async (req, res) => {
  return res.json({ ...req.body, id: req.params.id });
}${tail});

Router.delete('${path}/{id:int}', async (req, res) => {
  return res.status(204).json(null);
}${tail});
`;
}

function middlewareFile(name: string): string {
  return `import type { Next, Request, Response } from 'tina4-nodejs';

export default async function ${name}(req: Request, res: Response, next: Next) {
  return await next(req, res);
}
`;
}

function testFile(name: string): string {
  return `import { Test } from 'tina4-nodejs';

export class ${name.charAt(0).toUpperCase()}${name.slice(1)}Test extends Test {
  async testAnUnknownPathIsNotFound() {
    const answer = await this.testGet('/no-such-page');
    this.assertEqual(answer.status, 404);
  }
}
`;
}

/** `rate-limit` becomes `rateLimit`. */
function identifierOf(name: string): string {
  return name.replace(/[-_]+([A-Za-z0-9])?/g, (_, letter: string | undefined) => letter?.toUpperCase() ?? '');
}
