#!/usr/bin/env node
// `npm create tina4 my-app` is `tina4 init my-app` of the newest version, where nothing is installed yet.
import process from 'node:process';
import { main } from 'tina4-nodejs/cli';

const words = process.argv.slice(2);
await main(['init', ...(words.length === 0 ? ['tina4-app'] : words)]);
