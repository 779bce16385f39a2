import { Tina4Error } from './errors/tina4-error.js';

type Call = (...values: unknown[]) => unknown;

/** Names of a Node object that code made for it reaches for. */
export interface NodeNames {
  readonly methods: readonly string[];
  readonly values: readonly string[];
}

/** What both a request and a response of Node have as emitters of events. */
const EMITTER_METHODS = [
  'on',
  'once',
  'off',
  'addListener',
  'removeListener',
  'prependListener',
  'removeAllListeners',
  'listeners',
  'listenerCount',
  'emit',
];

/** What is Node's request's and works on ours as it is; what reads the body is looked at first. */
export const REQUEST_NAMES: NodeNames = {
  methods: [...EMITTER_METHODS.filter((name) => name !== 'on'), 'unpipe', 'pause', 'resume', 'read', 'setEncoding'],
  values: [
    'complete',
    'connection',
    'destroyed',
    'httpVersion',
    'httpVersionMajor',
    'httpVersionMinor',
    'originalUrl',
    'rawHeaders',
    'readable',
    'readableEnded',
  ],
};

/** What is Node's response's and works on ours as it is. */
export const RESPONSE_NAMES: NodeNames = {
  methods: [...EMITTER_METHODS, 'flushHeaders', 'cork', 'uncork'],
  values: ['req', 'socket', 'finished', 'writable', 'writableEnded', 'writableFinished', 'destroyed'],
};

/**
 * Members for the prototype of a class of ours that has a Node object behind it, so that code which was made for that one works
 * where it only listens or asks. Methods that return the Node object return ours.
 */
export function nodeMembers<Ours extends object>(
  nodeOf: (ours: Ours) => object,
  { methods, values }: NodeNames,
): PropertyDescriptorMap {
  const members: PropertyDescriptorMap = {};
  for (const name of methods) {
    const value = function (this: Ours, ...given: unknown[]): unknown {
      const node = nodeOf(this);
      const returned = (Reflect.get(node, name) as Call).apply(node, given);
      return returned === node ? this : returned;
    };
    members[name] = { value, writable: true, configurable: true };
  }
  for (const name of values) {
    members[name] = {
      get(this: Ours) {
        return Reflect.get(nodeOf(this), name);
      },
      configurable: true,
    };
  }
  return members;
}

/** For what cannot work on ours: it would do nothing, or wait for what does not come. */
export function connectNeeded(what: string): Tina4Error {
  return new Tina4Error(
    'T4_CONNECT_NEEDED',
    `a middleware ${what}. It was made for Node's own objects: wrap it, Router.use(connect(middleware)).`,
  );
}
