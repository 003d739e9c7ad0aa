import type { DataReader } from '../../core/ports/dataReader.ts';
import type { DatasetPorts } from './datasetPorts.ts';
import { invalid } from './failures.ts';
import { readDataset } from './readDataset.ts';
import { sniffData } from './sniffData.ts';

/** Tables, texts, pictures, sounds and arrays as data sets. */
export function dataReader(ports: DatasetPorts): DataReader {
  return {
    async propose(files, run) {
      run.signal.throwIfAborted();
      const sniffed = await sniffData(files);
      run.signal.throwIfAborted();
      if (sniffed.is === 'found') return sniffed.reading;
      throw invalid(files[0]?.path ?? '', sniffed.why);
    },
    read: (files, reading, run) => readDataset(files, reading, ports, run),
  };
}
