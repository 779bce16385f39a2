/**
 * `import 'tina4-nodejs/env'`: fills the lines of `.env` into `process.env`, before the modules that are imported after it are run.
 * `tina4 build` puts it first into `dist/app.js`; under `tina4 serve` and `tina4 test` the lines are there already, and it does nothing. As
 * process 1 of a container the program also heeds SIGTERM from here on, while it starts.
 */
import process from 'node:process';
import { heedEarlySignals } from './operations/early-signals.js';
import { fillEnvironmentNow } from './project/environment.js';
import { startErrorOf } from './project/start-error.js';

heedEarlySignals();
try {
  fillEnvironmentNow(process.cwd(), process.env);
} catch (error) {
  throw startErrorOf(error);
}
