import { transfer } from 'comlink';
import { joinCompute } from './computeWire.ts';

/** Starts a compute worker with so many threads and gives the port to it, which is moved. */
export type StartCompute = (threads: number) => Promise<MessagePort>;

/**
 * What the lineage worker asks the page for compute devices with: only a page may start workers. A worker
 * is started when it is first asked for, and ONNX Runtime is loaded when it first computes.
 */
export function computeStarter(newWorker: (threads: number) => Worker): StartCompute {
  return async (threads) => {
    const { port1, port2 } = new MessageChannel();
    await joinCompute(newWorker(threads), port1);
    return transfer(port2, [port2]);
  };
}
