import { isIP } from 'node:net';

/** The hosts that a server answers to, by the Host header of requests. */
export interface AllowedHosts {
  /** Names and addresses, without port. `.shop.example` stands for the name and all below it, `*` for any. */
  readonly names: readonly string[];
  /** Also `localhost`, names below it, and any address: no page of another site can take those for its own name. */
  readonly includesAddresses: boolean;
}

/** What debug mode answers to: other names may be those of a web page whose owner points them to this machine (DNS rebinding). */
export const LOCAL_HOSTS: AllowedHosts = Object.freeze({ names: [], includesAddresses: true });

const NAME = /^(?:\*|\.?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)$/i;

/** True for what may stand in `AllowedHosts.names`. */
export function isHostPattern(text: string): boolean {
  return NAME.test(text) || isIP(text) !== 0;
}

/** Decides about the name of a host, in lower case and without port, brackets and a final dot. */
export function hostFilter({ names, includesAddresses }: AllowedHosts): (name: string) => boolean {
  const listed = names.map((name) => name.toLowerCase());
  const exact = new Set(listed.map((name) => name.replace(/^\./, '')));
  const parents = listed.filter((name) => name.startsWith('.'));
  return (name) =>
    exact.has('*') ||
    exact.has(name) ||
    parents.some((parent) => name.length > parent.length && name.endsWith(parent)) ||
    (includesAddresses && (name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0));
}
