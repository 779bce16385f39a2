/**
 * What `@tina4/core` gives in the code of an app, and `tina4-nodejs/core` anywhere: this framework, with what today's edition of
 * the book does differently, and the parts of the HTTP half that only its own users need.
 */
import { cacheLookup } from '@tina4/core';

export * from '@tina4/core';
// Both packages have these names, and the framework's are meant; two of them an app may extend.
export { Router } from './default-router.js';
export * from './index.js';
export { Request, type SessionData } from './index.js';
export { Middleware, Session } from './not-built-names.js';
export { Log as Logger } from './operations/log.js';

/** The cached value, a copy, or undefined. Code that imports it from here tests for undefined; `tina4-nodejs` gives null. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the app cached
export function cacheGet(key: string): Promise<any> {
  return cacheLookup(key, undefined);
}
