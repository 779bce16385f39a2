import {
  type App,
  createApp,
  freshTemplates,
  type Limits,
  type Logger,
  type RateLimitStore,
  type SessionEngine,
  type Templates,
} from '@tina4/core';
import type { Config } from './config/read-config.js';
import type { Project } from './project/project.js';
import type { ProjectFolders } from './project/project-folders.js';
import { middlewareSettingsOf, uploadFolderOf } from './server/apply-settings.js';

/** What an app is joined from, beside its project and the settings. */
export interface AppParts {
  readonly sessions: SessionEngine | undefined;
  /** Counts for the limit of all requests; undefined: in memory. */
  readonly rateLimit?: RateLimitStore | undefined;
  readonly templates: Templates;
  readonly log: Logger;
  /** Development: changes HTML answers on their way out. */
  readonly reviseHtml?: ((html: string) => string) | undefined;
}

/** Joins core, sessions and a project into one app. Opens no port and reads no route file. */
export function composeApp(config: Config, project: Project, parts: AppParts): App {
  const { server } = config;
  const { folders, router } = project;
  return createApp({
    router,
    sessions: parts.sessions,
    templates: freshTemplates(parts.templates),
    log: parts.log,
    reviseHtml: parts.reviseHtml,
    // Asked for at each build of the routes: a reload brings other functions.
    declaredNames: () => project.names,
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
