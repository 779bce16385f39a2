import Redis from 'ioredis';

/** One connection, for the floor and for frameworks whose session package leaves the store to its user. */
export function openRedis({ host, port, database }) {
  return new Redis({ host, port, db: database });
}
