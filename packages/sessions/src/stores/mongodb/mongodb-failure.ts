import { LateError } from '../../deadline.js';
import { SessionError, StoreRefusedError, StoreUnavailableError } from '../../errors.js';

/** Codes of the server for a write that it did not do: not allowed, disk full, writes blocked by an operator. */
const REFUSALS: ReadonlySet<unknown> = new Set([13, 14031, 371]);

/** What the errors of the driver, of sockets and of TLS have in common, as far as it is used here. */
interface Failure {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly codeName?: unknown;
  readonly cause?: unknown;
  /** Of a search for a server: what became of each. */
  readonly reason?: { readonly servers?: ReadonlyMap<string, { readonly error?: unknown }> };
}

/** True where the server answered that it takes no writes, or no command of that kind from this user. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.has((error as Failure | undefined)?.code);
}

/**
 * The error that leaves the store. `verb` is what was asked for; `isRead`: it changes nothing. The driver's message may hold keys and
 * documents: only codes and numbers get through, and none of the original object.
 */
export function unavailable(error: unknown, verb: string, isRead: boolean): SessionError {
  if (error instanceof SessionError) return error;
  if (!isRead && isRefusal(error)) {
    return new StoreRefusedError(
      `the mongodb server takes no writes (${nameOf(error)} on ${verb}). Its disk is full, writes are blocked, or its user may not write the session collection.`,
    );
  }
  const chain = chainOf(error);
  const reason = chain.map(reasonOf).find((found) => found !== undefined);
  if (reason !== undefined) return new StoreUnavailableError(`the mongodb server cannot be used: ${reason}`);
  // The driver's waits for a server, a connection or a reply end in errors of these names.
  const isLate = error instanceof LateError || /Timeout|ServerSelection/.test(String((error as Failure).name));
  const what = isLate ? 'did not answer in time' : `failed with ${nameOf(error)}`;
  return new StoreUnavailableError(
    `the mongodb server ${what} on ${verb}. Check that it runs, has a primary, and that its user may read and write the session collection.`,
  );
}

/** The error, what it came from, and what the servers that were looked for said; the causes first, which know more. */
function chainOf(error: unknown, depth = 0): Failure[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const failure = error as Failure;
  const servers = failure.reason?.servers;
  const ofServers = servers instanceof Map ? [...servers.values()].flatMap((one) => chainOf(one.error, depth + 1)) : [];
  return [...ofServers, ...chainOf(failure.cause, depth + 1), failure];
}

function reasonOf({ code, codeName, message }: Failure): string | undefined {
  if (codeName === 'AuthenticationFailed' || code === 18) {
    return 'it refuses the login (AuthenticationFailed). Check user, password and authSource.';
  }
  const version = /wire version (\d+).*requires at (least|most) (\d+)/.exec(String(message));
  if (version !== null) {
    const [, theirs, bound, ours] = version;
    return `it speaks wire version ${theirs}, and the installed driver needs at ${bound} ${ours}. Use another version of the server or of the package mongodb.`;
  }
  if (typeof code !== 'string' || !/^[A-Z][A-Z0-9_]+$/.test(code)) return undefined;
  if (/CERT|SSL|TLS|SELF_SIGNED/.test(code)) return `its certificate or TLS settings do not fit (${code}).`;
  return `there is no connection to it (${code}). Check address and network.`;
}

function nameOf(error: unknown): string {
  const { codeName, name } = (error ?? {}) as Failure;
  return String(codeName ?? name);
}
