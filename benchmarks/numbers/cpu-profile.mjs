/**
 * Reads a profile of node's own profiler (the Chrome DevTools Protocol's Profiler.Profile). Returns `idle`, the share of the
 * whole time; and as shares of the rest, largest first: `packages` and the `top` functions, each as `[name, share]`.
 */
export function digestProfile({ nodes, samples, timeDeltas }, top) {
  const ownTime = new Map();
  samples.forEach((id, index) => {
    ownTime.set(id, (ownTime.get(id) ?? 0) + timeDeltas[index]);
  });
  const profiler = belowProfiler(nodes);
  const packages = new Map();
  const functions = new Map();
  for (const { id, callFrame } of nodes) {
    const time = profiler.has(id) ? 0 : (ownTime.get(id) ?? 0);
    const where = packageOf(callFrame);
    packages.set(where, (packages.get(where) ?? 0) + time);
    const name = `${callFrame.functionName || '(no name)'}  ${placeOf(callFrame, where)}`;
    functions.set(name, (functions.get(name) ?? 0) + time);
  }
  const idle = packages.get('(idle)') ?? 0;
  const total = [...packages.values()].reduce((sum, time) => sum + time, 0);
  const shares = (times) =>
    [...times]
      .filter(([name]) => !name.startsWith('(idle)'))
      .sort(([, one], [, other]) => other - one)
      .map(([name, time]) => [name, time / (total - idle)]);
  return {
    idle: idle / total,
    packages: shares(packages).filter(([, share]) => share > 0.003),
    functions: shares(functions).slice(0, top),
  };
}

/** Ids of what the profiler did to start itself: reading all sources takes it as long as thousands of requests. */
function belowProfiler(nodes) {
  const ids = new Set();
  // Parents come before their children.
  for (const { id, callFrame, children = [] } of nodes) {
    const isInside = ids.has(id) || callFrame.functionName === 'startProfile';
    if (isInside) for (const child of children) ids.add(child);
  }
  return ids;
}

/** `(idle)`, `(garbage collector)` and `(program)` stand for themselves; code without a file is V8's and node's own in C++. */
function packageOf({ url, functionName }) {
  if (url === '') return /^\(.*\)$/.test(functionName) ? functionName : 'native';
  if (url.startsWith('node:')) return `node ${url.slice(5).replace('internal/', '').split('/')[0]}`;
  const inPackage = url.split('/node_modules/').at(-1);
  if (inPackage === url) return 'app';
  return inPackage
    .split('/')
    .slice(0, inPackage.startsWith('@') ? 2 : 1)
    .join('/');
}

function placeOf({ url, lineNumber }, where) {
  if (url === '') return where;
  const file = url.split('/node_modules/').at(-1).split('/').slice(-2).join('/');
  return `${where} ${file}:${lineNumber + 1}`;
}
