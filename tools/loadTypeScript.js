import path from 'node:path';
import { createServer } from 'vite';

const root = path.dirname(import.meta.dirname);

/**
 * Loads a TypeScript module of the project through Vite, as Node 20 reads none, and hands it to `use`;
 * what it imports on demand is loaded too while `use` runs.
 */
export async function withTypeScript(file, use) {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    appType: 'custom',
  });
  try {
    return await use(await server.ssrLoadModule(file));
  } finally {
    await server.close();
  }
}
