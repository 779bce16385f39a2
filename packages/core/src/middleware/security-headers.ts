import { Response } from '../response/response.js';
import { headLayer } from './before-body.js';
import type { Middleware } from './compose.js';
import { MAKE, type MakeMiddleware } from './configurable.js';
import type { SecurityHeaderSettings } from './middleware-settings.js';

/** Headers that switch on what browsers can do against attacks; on error pages too. */
export class SecurityHeadersMiddleware {
  static readonly [MAKE]: MakeMiddleware = ({ securityHeaders }) => securityHeadersLayer(securityHeaders);
}

export function securityHeadersLayer(settings: SecurityHeaderSettings): Middleware {
  const always: readonly (readonly [string, string])[] = [
    ['X-Frame-Options', settings.frameOptions],
    ['Content-Security-Policy', settings.contentSecurityPolicy],
    ['Referrer-Policy', settings.referrerPolicy],
    ['Permissions-Policy', settings.permissionsPolicy],
    ['X-Content-Type-Options', 'nosniff'],
    // The old filter of browsers could be turned against the page it guards.
    ['X-XSS-Protection', '0'],
  ];
  const transport = transportPolicy(settings.strictTransportSecurity);
  return headLayer('securityHeaders', 'describe', (req, res) => {
    for (const [name, value] of always) if (value !== '') Response.setLastingHeader(res, name, value);
    // RFC 6797, section 7.2: never over plain HTTP.
    if (transport !== undefined && req.isHttps) Response.setLastingHeader(res, 'Strict-Transport-Security', transport);
  });
}

function transportPolicy(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  return /^\d+$/.test(value) ? `max-age=${value}; includeSubDomains` : value;
}
