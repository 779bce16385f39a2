/** The server cannot be had on this machine; its suites are skipped with this reason. Anything else that fails is a failure. */
export class ServiceMissingError extends Error {}
