/** The part of a node-firebird connection that is guarded here. */
interface FirebirdConnection {
  readonly connection: {
    createBlob2(transaction: unknown, done: (error: unknown, blob: unknown) => void): void;
  };
}

/** Stands for a blob that the server never made: whatever is done with it fails, in a callback. */
const NO_BLOB = { handle: 0, oid: { high: 0, low: 0 } };

/**
 * `isPool`: a lost connection is knex's to replace; by itself the driver would go on trying for ever. Its pieces of blobs stay at
 * their 1 KiB: with 32,000 bytes, texts of 256 KiB never came through.
 */
export const FIREBIRD_OPTIONS = { isPool: true } as const;

/**
 * Keeps a connection that breaks while text is sent from ending the process. node-firebird (2.17) does not look at the error of
 * making a blob and reads a field of the blob that is not there, inside a socket's event, where nobody can catch it. With a
 * blob that leads nowhere the statement itself fails and its caller hears so.
 */
export function guardBlobs<T>(firebird: T): T {
  const { connection } = firebird as FirebirdConnection;
  const createBlob = connection.createBlob2.bind(connection);
  connection.createBlob2 = (transaction, done) => {
    createBlob(transaction, (error, blob) => done(error, blob ?? NO_BLOB));
  };
  return firebird;
}
