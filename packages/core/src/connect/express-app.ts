import type { AppContext } from '../app-context.js';

/** `req.app`, as far as middleware asks it: settings and values for all pages. */
export interface ExpressApp {
  readonly locals: Record<string, unknown>;
  readonly settings: Record<string, unknown>;
  get(name: string): unknown;
  set(name: string, value: unknown): ExpressApp;
  enabled(name: string): boolean;
  disabled(name: string): boolean;
}

const apps = new WeakMap<AppContext, ExpressApp>();

/** The one of an app, made when middleware first asks for it. */
export function expressAppOf(context: AppContext): ExpressApp {
  const known = apps.get(context);
  if (known !== undefined) return known;
  const settings: Record<string, unknown> = {
    env: context.isDebug ? 'development' : 'production',
    'trust proxy': context.isTrustedProxy,
    'trust proxy fn': context.isTrustedProxy,
    'subdomain offset': 2,
  };
  const app: ExpressApp = {
    locals: Object.create(null),
    settings,
    get: (name) => settings[name],
    set: (name, value) => {
      settings[name] = value;
      return app;
    },
    enabled: (name) => Boolean(settings[name]),
    disabled: (name) => !settings[name],
  };
  apps.set(context, app);
  return app;
}
