import type { Compute } from '../../core/ports/compute.ts';
import type { DataReader } from '../../core/ports/dataReader.ts';
import type { ServicePorts } from '../service/servicePorts.ts';

import type { DataCache } from '../data/readData.ts';
import type { JobRecord } from './jobRecord.ts';
import type { CreationFunction } from './creationFunction.ts';

/** What making models needs from outside. */
export interface CreatePorts extends ServicePorts {
  readonly compute: Compute;
  readonly data: DataReader;
  /** @throws LineageError `function-missing`. */
  readonly functionOf: (id: string) => CreationFunction;
  readonly functions: readonly CreationFunction[];
  /** Examples read last. */
  readonly dataCache: DataCache;
  /** By creation: the training run it is at, for pausing and finishing it. */
  readonly running: Map<string, string>;
  /** By creation: what it has trained and the disk was too full to take. */
  readonly unsaved: Map<string, JobRecord>;
  /** Name and version of the app, for recipes. */
  readonly app: string;
}
