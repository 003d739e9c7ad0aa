import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Larger files (the WebAssembly of ONNX Runtime) are kept when they are first used. */
const precacheBytes = 4 * 2 ** 20;
const workerFile = 'sw.js';

/**
 * Vite plugin: builds the service worker beside the page as `sw.js` and puts in front of it the list of
 * files to keep and a version over all files' bytes, so that a changed build is a changed worker.
 */
export function offline() {
  let outDir = 'dist';
  return {
    name: 'mgit-offline',
    apply: 'build',
    config: () => ({
      build: {
        rolldownOptions: {
          input: { index: 'index.html', sw: 'workers/offline.worker.ts' },
          output: {
            entryFileNames: ({ name }) => (name === 'sw' ? workerFile : 'assets/[name]-[hash].js'),
          },
        },
      },
    }),
    configResolved(config) {
      outDir = path.resolve(config.root, config.build.outDir);
    },
    closeBundle(error) {
      const worker = path.join(outDir, workerFile);
      // A bundle that failed has said why: nothing of it is there to be listed.
      if (error !== undefined || !existsSync(worker)) return;
      const build = describeBuild(outDir);
      writeFileSync(
        worker,
        `self.build=${JSON.stringify(build)};\n${readFileSync(worker, 'utf8')}`,
      );
    },
  };
}

function describeBuild(folder) {
  const hash = createHash('sha256');
  const files = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const full = path.join(folder, name);
    const url = name.split(path.sep).join('/');
    if (!statSync(full).isFile()) continue;
    hash.update(`${url}\0`).update(readFileSync(full));
    const isPart = url !== workerFile && !/^(sample|digits)\//.test(url);
    if (isPart && statSync(full).size <= precacheBytes) files.push(url);
  }
  return { version: hash.digest('hex').slice(0, 16), files };
}
