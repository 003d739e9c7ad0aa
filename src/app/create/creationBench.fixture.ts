import type { CreateOrder } from '../../core/creationViews.ts';
import type { NodeId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { encodeOnnx } from '../../core/network/encodeOnnx.ts';
import type { Network } from '../../core/network/network.ts';
import type { Compute } from '../../core/ports/compute.ts';
import type { Run } from '../../core/ports/run.ts';
import { dataReader } from '../../formats/data/dataReader.ts';
import type { MemoryPlace } from '../../storage/memory/openMemoryStores.ts';
import { addDataset } from '../data/addDataset.ts';
import { DataCache } from '../data/readData.ts';
import { noRun, testBench, type TestBench } from '../import/importModels.fixture.ts';
import { bytesSource } from './bytesSource.ts';
import type { CreationFunction } from './creationFunction.ts';
import { createModels } from './createModels.ts';
import type { CreatePorts } from './createPorts.ts';

/** The use cases that make models, on a store in memory. */
export interface CreationBench extends TestBench {
  readonly ports: CreatePorts;
  /** Imports a network as an ONNX file and gives its node. */
  readonly importNetwork: (name: string, network: Network) => Promise<NodeId>;
  readonly addText: (path: string, text: string) => ReturnType<typeof addDataset>;
  readonly create: (order: CreateOrder, run?: Partial<Run>) => ReturnType<typeof createModels>;
}

const images = { decode: () => Promise.reject(new Error('no pictures here')) };

export async function creationBench(
  functions: readonly CreationFunction[],
  compute: Compute,
  place?: MemoryPlace,
): Promise<CreationBench> {
  const bench = await testBench(place);
  const ports: CreatePorts = {
    ...bench.ports,
    compute,
    data: dataReader({ images, pause: () => Promise.resolve() }),
    dataCache: new DataCache(),
    running: new Map(),
    unsaved: new Map(),
    functions,
    functionOf: (id) => {
      const found = functions.find((fn) => fn.id === id);
      if (found === undefined) throw new LineageError('function-missing', { function: id });
      return found;
    },
    app: 'test 1',
  };
  return {
    ...bench,
    ports,
    importNetwork: async (name, network) => {
      const file = bytesSource(`${name}.onnx`, encodeOnnx(network));
      const { models } = await bench.importFiles([file], { infer: false });
      const id = models[0]?.id;
      if (id === undefined) throw new Error(JSON.stringify(models[0]?.error));
      return id;
    },
    addText: (path, text) =>
      addDataset(ports, [bytesSource(path, new TextEncoder().encode(text))], {}, noRun),
    create: (order, run = {}) => createModels(ports, order, { ...noRun, ...run }, () => undefined),
  };
}
