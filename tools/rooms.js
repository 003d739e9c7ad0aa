/**
 * The rooms of src/, in one table: what each may import, and which package it alone may name.
 * `tests` adds rooms for `*.test.ts` only: a use case is tested on the real, in-memory adapters.
 * `workers/` and `src/main.ts` are the composition roots.
 */
export const rooms = {
  core: { imports: [], owns: [] },
  codecs: { imports: ['core'], owns: ['pako'] },
  formats: { imports: ['core', 'codecs'], owns: [] },
  storage: { imports: ['core', 'codecs'], owns: ['idb'] },
  autograd: { imports: ['core'], owns: [], tests: ['formats', 'compute'] },
  compute: { imports: ['core', 'autograd'], owns: ['onnxruntime-web'], tests: ['formats'] },
  sandbox: {
    imports: ['core'],
    owns: ['quickjs-emscripten-core', '@jitl/quickjs-wasmfile-release-sync'],
  },
  app: {
    imports: ['core'],
    owns: [],
    tests: ['codecs', 'formats', 'storage', 'autograd', 'compute', 'sandbox'],
  },
  rpc: { imports: ['core'], owns: ['comlink'] },
  ui: { imports: ['core', 'rpc'], owns: ['svelte', 'cytoscape'] },
  main: { imports: ['core', 'rpc', 'ui'], owns: ['svelte'] },
  workers: {
    imports: [
      'core',
      'codecs',
      'formats',
      'storage',
      'autograd',
      'compute',
      'sandbox',
      'app',
      'rpc',
    ],
    owns: [],
  },
};

/**
 * Packages that only `*.test.ts`, `*.suite.ts` and `*.fixture.ts` may name; Node's own are there to
 * read files and to check against an implementation that is not ours.
 */
export const testPackages = [
  'vitest',
  '@jax-js/jax',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  'fast-check',
  'fake-indexeddb',
  '@testing-library/svelte',
  'node:buffer',
  'node:child_process',
  'node:crypto',
  'node:fs',
  'node:os',
  'node:path',
  'node:url',
  'node:zlib',
];
