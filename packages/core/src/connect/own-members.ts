/** Gives an object members of its own that do not show when its properties are listed. Later code may replace them. */
export function defineOwn(target: object, members: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/** The members of an object as they go onto a prototype. What has only a getter may be assigned to, as plain data may. */
export function prototypeMembers(members: object): PropertyDescriptorMap {
  const descriptors = Object.getOwnPropertyDescriptors(members) as PropertyDescriptorMap;
  for (const [name, descriptor] of Object.entries(descriptors)) {
    descriptor.enumerable = false;
    if (descriptor.get === undefined || descriptor.set !== undefined) continue;
    descriptor.set = function (this: object, value: unknown) {
      Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
    };
  }
  return descriptors;
}
