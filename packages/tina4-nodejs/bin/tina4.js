#!/usr/bin/env node
import process from 'node:process';
import { heedEarlySignals } from '../dist/operations/early-signals.js';

// Before anything else is loaded.
heedEarlySignals();
const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2));
