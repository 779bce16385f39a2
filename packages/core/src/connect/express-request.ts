import { preferences } from '../negotiation.js';
import { isKnownTag } from '../response/content-coding.js';
import { expressAppOf } from './express-app.js';
import { fittingType } from './media-type.js';
import { behindOf, type NodeRequest } from './node-objects.js';
import { prototypeMembers } from './own-members.js';

type Names = (string | string[])[];

const members: object & ThisType<NodeRequest> = {
  get app() {
    return expressAppOf(behindOf(this).context);
  },
  get query() {
    return behindOf(this).req.query;
  },
  set query(query) {
    behindOf(this).req.query = query;
  },
  get path() {
    return (this.url ?? '/').split('?', 1)[0];
  },
  get ip() {
    return behindOf(this).req.ip;
  },
  get ips() {
    return [];
  },
  get secure() {
    return behindOf(this).req.isHttps;
  },
  get protocol() {
    return behindOf(this).req.isHttps ? 'https' : 'http';
  },
  get host() {
    return this.headers.host;
  },
  get hostname() {
    return this.headers.host?.replace(/:\d*$/, '');
  },
  get subdomains() {
    const name: string = this.hostname ?? '';
    return /^[\d.]+$|^\[/.test(name) ? [] : name.split('.').reverse().slice(2);
  },
  get xhr() {
    return String(this.headers['x-requested-with']).toLowerCase() === 'xmlhttprequest';
  },
  get fresh() {
    const tag = this.res.getHeader('ETag');
    return (
      (this.method === 'GET' || this.method === 'HEAD') && typeof tag === 'string' && isKnownTag(this.headers, tag)
    );
  },
  get stale() {
    return !this.fresh;
  },
  get signedCookies() {
    return behindOf(this).req.signedCookies;
  },
  get(name: string) {
    const key = name.toLowerCase();
    if (key === 'referer' || key === 'referrer') return this.headers.referrer ?? this.headers.referer;
    return this.headers[key];
  },
  header(name: string) {
    return this.get(name);
  },
  is(...types: Names) {
    const hasBody = this.headers['transfer-encoding'] !== undefined || this.headers['content-length'] !== undefined;
    return hasBody ? fittingType(this.headers['content-type'], types.flat()) : null;
  },
  accepts(...types: Names) {
    return preferences(this).types(types.flat());
  },
  acceptsEncodings(...encodings: Names) {
    return preferences(this).encodings(encodings.flat());
  },
  acceptsCharsets(...charsets: Names) {
    return preferences(this).charsets(charsets.flat());
  },
  acceptsLanguages(...languages: Names) {
    return preferences(this).languages(languages.flat());
  },
};

/** What Express adds to a request, for the prototype of one that is handed to its middleware. */
export const REQUEST_MEMBERS: PropertyDescriptorMap = prototypeMembers(members);
