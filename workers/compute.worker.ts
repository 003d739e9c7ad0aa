/**
 * A compute device in a thread of its own: ONNX Runtime on WebGPU and wasm, never the database.
 *
 * The page starts it under a name that ends in its number of wasm threads, as that cannot be changed later,
 * and gives it one end of a channel for each thread that computes with it; who has the other end calls
 * `connectCompute` (src/rpc/computeWire.ts):
 *
 *     const worker = new Worker(new URL('../workers/compute.worker.ts', import.meta.url), {
 *       type: 'module',
 *       name: `compute-${threads}`,
 *     });
 *     const { port1, port2 } = new MessageChannel();
 *     await joinCompute(worker, port1);  // port2 goes to the lineage worker
 */
import { appName } from '../src/compute/appName.ts';
import { openCompute } from '../src/compute/openCompute.ts';
import { serveCompute, serveJoins } from '../src/rpc/computeWire.ts';

const threads = Math.max(1, Number(/\d+$/.exec(self.name)?.[0] ?? 1));

const compute = openCompute({
  app: appName,
  // Without shared memory there are none.
  threads: self.crossOriginIsolated ? threads : 1,
  cores: navigator.hardwareConcurrency,
  isolated: self.crossOriginIsolated,
});

serveJoins((port) => {
  serveCompute(compute, port);
});
