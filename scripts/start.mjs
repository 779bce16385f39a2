/** `npm start`: sets up and serves the example shop. Flags go to the server: `npm start -- --port 8080 --host 127.0.0.1`. */
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

try {
  await setUp();
  const shop = fileURLToPath(new URL('../examples/shopping-cart/', import.meta.url));
  const { main } = await import('../packages/tina4-nodejs/dist/cli/main.js');
  process.chdir(shop);
  await main(['serve', ...process.argv.slice(2)]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
