export * from '@tina4/core';
export { any, defaultRouter, del, get, patch, post, put, Router } from './default-router.js';
export { type StartedServer, type StartOptions, startServer, Tina4 } from './server/start-server.js';
