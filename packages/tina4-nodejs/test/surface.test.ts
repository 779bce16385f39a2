import { expect, test } from '@jest/globals';
import * as tina4 from 'tina4-nodejs';
import * as frond from 'tina4-nodejs/frond';
import * as orm from 'tina4-nodejs/orm';
import * as testing from 'tina4-nodejs/test';
import { notBuiltNames } from '../src/not-built.js';
import { ServedProject } from './cli/served-project.js';

// Every name that code written for Tina4 imports. One that is missing keeps the whole file from being loaded.
const built = `Router get post put patch del any Auth Validator Test Logger Log Tina4 App startServer TestClient Health
  cors CorsMiddleware CsrfMiddleware csrfMiddleware RateLimiterMiddleware RequestLogger SecurityHeadersMiddleware
  responseCache cacheGet cacheSet cacheDelete cacheStats clearCache
  getToken validToken hashPassword checkPassword loadEnv getEnv hasEnv requireEnv isTruthy
  Tina4Request Tina4Response noauth noAuth secured description middleware`.split(/\s+/);
const unbuilt = `Database Command Frond BaseModel ORM IntegerField StringField
  Queue Producer Consumer Messenger WebSocket GraphQL WSDLService WSDLOp websocket Middleware Events Container I18n localize
  AVAILABLE_LANGUAGES tests expectEqual expectTrue expectFalse expectRaises runAll reset Api Service ServiceRunner FakeData
  HtmlElement addHtmlHelpers QueryBuilder Job produce consume createMessenger WSDL wsdlOperation wsdl_operation wsdlRoute
  McpServer mcpTool mcpResource schemaFromParams Ai AiError Sso Mqtt Session FileSessionHandler`.split(/\s+/);

const exported: Record<string, unknown> = { ...tina4 };

test.each(built)('%s is exported and does something', (name) => {
  expect(typeof exported[name]).toBe('function');
  expect(notBuiltNames().has(name)).toBe(false);
});

test.each(unbuilt)('%s can be imported, and using it tells that it is not built and where to read on', (name) => {
  const value = exported[name] as { (): unknown; new (): unknown; anything: unknown };
  const said = `T4_NOT_BUILT: ${name} (`;
  expect(() => value()).toThrow(said);
  expect(() => new value()).toThrow(said);
  expect(() => value.anything).toThrow(said);
  expect(() => value()).toThrow(/What to use instead: \S*docs\/not-built\.md$/);
});

test('the table of what is not built holds nothing else', () => {
  expect([...notBuiltNames().keys()].sort()).toEqual([...unbuilt].sort());
});

test('a class may extend what is not built; the error comes when it is used', () => {
  class Product extends tina4.ORM {
    static tableName = 'products';
  }
  expect(Product.tableName).toBe('products');
  expect(() => new Product()).toThrow(
    'T4_NOT_BUILT: ORM (the base class of models) is not part of Tina4 for Node.js yet.',
  );
  expect(() => (Product as unknown as { find(id: number): unknown }).find(1)).toThrow('T4_NOT_BUILT: ORM');
});

test('what is not built can be awaited, compared and shown without an error', async () => {
  expect(await tina4.Queue).toBe(tina4.Queue);
  expect(String(new Error('x') instanceof tina4.AiError)).toBe('false');
  expect(`${tina4.Queue.name}`).toBe('Queue');
});

test('Router.websocket says that it is not built', () => {
  const { websocket } = tina4.Router as unknown as { websocket: (path: string) => void };
  expect(() => websocket('/chat')).toThrow('T4_NOT_BUILT: websocket (WebSocket routes)');
});

test('the sub-paths give the names that belong to them', () => {
  expect(Object.keys(orm)).toEqual(
    expect.arrayContaining(['BaseModel', 'ORM', 'Database', 'QueryBuilder', 'IntegerField', 'StringField']),
  );
  expect(Object.keys(frond)).toEqual(['Frond']);
  expect(testing.Test).toBe(tina4.Test);
  expect(testing.TestClient).toBe(tina4.TestClient);
  expect(Object.keys(testing)).toEqual(expect.arrayContaining(['tests', 'expectEqual', 'runAll', 'reset', 'runTests']));
});

test('route files may import every sub-path and require() the framework, and get the one that serves them', async () => {
  const project = await ServedProject.create({
    'src/orm/product.ts': `import { ORM, IntegerField } from 'tina4-nodejs/orm';
export class Product extends ORM { static fields = { id: IntegerField }; }
`,
    'src/routes/a.ts': `import { Router, type Tina4Request } from 'tina4-nodejs';
import { Frond } from 'tina4-nodejs/frond';
import { Test } from 'tina4-nodejs/test';
import { Product } from '../orm/product';
const { Router: Required } = require('tina4-nodejs');
Required.get('/same', async (req: Tina4Request, res) =>
  res.json({ isSame: Required === Router, names: [Frond.name, Test.name, Product.name] }));
`,
  });
  try {
    const address = await project.serve();
    const answer = await fetch(`${address}/same`);
    expect(await answer.json()).toEqual({ isSame: true, names: ['Frond', 'Test', 'Product'] });
  } finally {
    await project.remove();
  }
});
