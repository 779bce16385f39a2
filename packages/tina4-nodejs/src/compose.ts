import {
  type App,
  type AppOptions,
  createApp,
  freshTemplates,
  type Logger,
  type RateLimitStore,
  type SessionEngine,
  type Templates,
} from '@tina4/core';
import type { Config } from './config/read-config.js';
import type { UploadFolder } from './operations/upload-folder.js';
import type { Project } from './project/project.js';
import { middlewareSettingsOf } from './server/apply-settings.js';

/** What an app is joined from, beside its project and the settings. */
export interface AppParts {
  readonly sessions: SessionEngine | undefined;
  /** Counts for the limit of all requests; undefined: in memory. */
  readonly rateLimit?: RateLimitStore | undefined;
  readonly uploads: UploadFolder;
  readonly templates: Templates;
  readonly log: Logger;
  /** Development: changes HTML answers on their way out. */
  readonly reviseHtml?: ((html: string) => string) | undefined;
}

/** What the settings ask of an app. */
export function appSettingsOf(config: Config, rateLimit?: RateLimitStore): AppOptions {
  const { server } = config;
  return {
    isDebug: config.isDebug,
    limits: server.bodies,
    middleware: middlewareSettingsOf(config, rateLimit),
    requestTimeoutMs: server.requestTimeoutMs,
    trustedProxies: server.trustedProxies,
    cookieMaxAgeUnit: server.cookieMaxAgeUnit,
    servesPages: config.templates.routing,
    followsPublicLinks: server.followsPublicLinks,
    redirectsTrailingSlash: server.redirectsTrailingSlash,
  };
}

/** Joins core, sessions and a project into one app. Opens no port and reads no route file. */
export function composeApp(config: Config, project: Project, parts: AppParts): App {
  const { folders, router } = project;
  const settings = appSettingsOf(config, parts.rateLimit);
  return createApp({
    ...settings,
    limits: { ...settings.limits, uploadDirectory: parts.uploads.path },
    router,
    sessions: parts.sessions,
    templates: freshTemplates(parts.templates),
    log: parts.log,
    reviseHtml: parts.reviseHtml,
    // Asked for at each build of the routes: a reload brings other functions.
    declaredNames: () => project.names,
    publicDirectories: folders.publicDirectories,
  });
}
