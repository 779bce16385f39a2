export * from '@tina4/core';
export { any, defaultRouter, del, get, patch, post, put, Router } from './default-router.js';
