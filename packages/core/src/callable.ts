/**
 * A base for classes whose instances can be called, as Tina4 code calls `res(data, status, type)`. The instance is a function
 * whose prototype is the class; fields and methods work as on any object.
 */
export abstract class Callable {
  constructor() {
    const instance = (...values: unknown[]): unknown => call.invoke(...values);
    const call = Object.setPrototypeOf(instance, new.target.prototype) as Callable;
    // biome-ignore lint/correctness/noConstructorReturn: this is what makes the instance a function
    return call;
  }

  static {
    // Whoever is given a function may call it by its methods: `listener.apply(…)` as emitters do.
    Object.setPrototypeOf(Callable.prototype, Function.prototype);
  }

  /** What calling the instance does. */
  protected abstract invoke(...values: unknown[]): unknown;
}
