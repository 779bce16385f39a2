/**
 * A look at the session after it was stored. Reading goes on; a write at any depth calls `refuse`, which throws. It is made of copies,
 * one level at a time, so that nothing of the app's own is frozen for it: only code that comes too late pays for this.
 */
export function lateView<T extends object>(real: T, refuse: () => never): T {
  const views = new WeakMap<object, object>();
  const seen = (value: unknown): unknown => (isPlain(value) ? viewOf(value) : value);
  const viewOf = (object: object): object => {
    const known = views.get(object);
    if (known !== undefined) return known;
    const view = new Proxy(copyOf(object), {
      get: (_copy, key) => {
        const value: unknown = Reflect.get(object, key, object);
        // The session's own methods need its private fields, and refuse to write by themselves. Those of a list work on any list.
        if (typeof value === 'function' && object === real) {
          return (...values: unknown[]) => seen(Reflect.apply(value, object, values));
        }
        return seen(value);
      },
      set: refuse,
      defineProperty: refuse,
      deleteProperty: refuse,
      setPrototypeOf: refuse,
    });
    views.set(object, view);
    return view;
  };
  return viewOf(real) as T;
}

/** Lists and objects without a class: what a session consists of. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

/** Not frozen, because a proxy must tell the truth about what its target has frozen. */
function copyOf(object: object): object {
  return Array.isArray(object)
    ? [...object]
    : Object.create(Object.getPrototypeOf(object), Object.getOwnPropertyDescriptors({ ...object }));
}
