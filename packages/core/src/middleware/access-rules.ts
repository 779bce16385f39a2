import { Tina4Error } from '../errors/tina4-error.js';
import { identify, refuse } from './auth-gate.js';
import type { Middleware } from './compose.js';

const layers = new WeakSet<Middleware>();

/** True for middleware made here. It runs after all other of its route, which may be what sets `req.user`. */
export function isAccessRule(layer: Middleware): boolean {
  return layers.has(layer);
}

/**
 * Lets requests through whose user has one of `roles`, in `role` or `roles` of `req.user`: the payload of the token, or what
 * middleware put there. Nobody known: 401; somebody else: 403. Throws T4_ROUTE_ACCESS for a role that is no text: a mistyped
 * constant must not open a route.
 */
export function requireRole(roles: readonly string[]): Middleware {
  checkNames('role', roles);
  return accessRule(`role(${roles.join(', ')})`, (user) => {
    const held = [...textsOf(user, 'role'), ...textsOf(user, 'roles')];
    return roles.some((role) => held.includes(role));
  });
}

/**
 * Lets requests through whose user was granted all of `permissions`, in `permission` or `permissions` of `req.user`. A granted
 * `posts.*` stands for everything that starts with `posts.`, `*` for everything.
 */
export function requirePermission(permissions: readonly string[]): Middleware {
  checkNames('can', permissions);
  return accessRule(`can(${permissions.join(', ')})`, (user) => {
    const granted = [...textsOf(user, 'permission'), ...textsOf(user, 'permissions')];
    return permissions.every((permission) => granted.some((grant) => covers(grant, permission)));
  });
}

function accessRule(name: string, mayPass: (user: object) => boolean): Middleware {
  const rule: Middleware = (req, res, next) => {
    if (req.user === undefined && !identify(req, res)) return refuse(req, res);
    const { user } = req;
    if (typeof user === 'object' && user !== null && mayPass(user)) return next();
    return res.error('FORBIDDEN', 'Forbidden', 403);
  };
  layers.add(rule);
  return Object.defineProperty(rule, 'name', { value: name });
}

function covers(grant: string, permission: string): boolean {
  if (grant === '*' || grant === permission) return true;
  return grant.endsWith('.*') && permission.startsWith(grant.slice(0, -1));
}

/** Texts of an own field, one or a list. Whatever else stands there grants nothing. */
function textsOf(user: object, field: string): string[] {
  const value: unknown = Object.hasOwn(user, field) ? (user as Record<string, unknown>)[field] : undefined;
  return [value].flat().filter((text): text is string => typeof text === 'string');
}

function checkNames(method: string, names: readonly unknown[]): void {
  if (names.length > 0 && names.every((name) => typeof name === 'string' && name !== '')) return;
  const given = names.map((name) => (typeof name === 'string' ? JSON.stringify(name) : String(name))).join(', ');
  throw new Tina4Error(
    'T4_ROUTE_ACCESS',
    `.${method}(${given}) needs names as text, such as .${method}("${method === 'role' ? 'admin' : 'posts.delete'}").`,
  );
}
