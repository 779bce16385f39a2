/** The adapters by name, in the order of tables and pictures. Loaded only when asked for: each brings its framework. */
export const adapterNames = ['floor', 'tina4', 'fastify', 'hono', 'koa', 'express', 'adonis'];

/**
 * An adapter: `title`; `packages.plain` and `packages.session` (what its users install for one app, and in addition for the
 * other); `stores` it has; `start(context)`, which listens on 127.0.0.1 and resolves with the port. `context` holds `app`
 * (`plain` or `session`), `store`, `folder` for session files, `redis` ({ host, port, database }), `lifetimeSeconds`, `views`
 * (folder of page.njk), `shops` (how many routes; default 100).
 */
export async function loadAdapter(name) {
  if (!adapterNames.includes(name)) throw new Error(`No adapter "${name}". There are ${adapterNames.join(', ')}.`);
  const { adapter } = await import(`./${name}.mjs`);
  return { name, ...adapter };
}
