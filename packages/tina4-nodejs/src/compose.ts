import {
  type App,
  createApp,
  freshTemplates,
  type Limits,
  type Logger,
  type NameLookup,
  type RateLimitStore,
  type Router,
  type SessionEngine,
  type Templates,
} from '@tina4/core';
import type { Config } from './config/read-config.js';
import type { ProjectFolders } from './project/project-folders.js';
import { middlewareSettingsOf, uploadFolderOf } from './server/apply-settings.js';

/** What an app is joined from, beside its settings. */
export interface AppParts {
  readonly router: Router;
  readonly sessions: SessionEngine | undefined;
  /** Counts for the limit of all requests; undefined: in memory. */
  readonly rateLimit?: RateLimitStore | undefined;
  readonly templates: Templates;
  readonly log: Logger;
  /** Where names of middleware lead that the project's files declare. */
  readonly declaredNames?: (() => NameLookup) | undefined;
  /** Development: changes HTML answers on their way out. */
  readonly reviseHtml?: ((html: string) => string) | undefined;
}

/** Joins core, sessions and the project's folders into one app. Opens no port and reads no route file. */
export function composeApp(config: Config, folders: ProjectFolders, parts: AppParts): App {
  const { server } = config;
  return createApp({
    router: parts.router,
    sessions: parts.sessions,
    templates: freshTemplates(parts.templates),
    log: parts.log,
    reviseHtml: parts.reviseHtml,
    declaredNames: parts.declaredNames,
    publicDirectories: folders.publicDirectories,
    middleware: middlewareSettingsOf(config, parts.rateLimit),
    isDebug: config.isDebug,
    limits: limitsOf(config, folders),
    requestTimeoutMs: server.requestTimeoutMs,
    trustedProxies: server.trustedProxies,
    cookieMaxAgeUnit: server.cookieMaxAgeUnit,
    servesPages: config.templates.routing,
    redirectsTrailingSlash: server.redirectsTrailingSlash,
  });
}

function limitsOf({ server }: Config, folders: ProjectFolders): Partial<Limits> {
  const limits = { maxUploadBytes: server.maxBodyBytes, maxBodyBytes: server.maxBodyBytes };
  const uploadDirectory = uploadFolderOf(server.uploadFolder, folders.root);
  return uploadDirectory === undefined ? limits : { ...limits, uploadDirectory };
}
