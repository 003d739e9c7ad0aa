import { readChains } from './readChains.ts';

onmessage = ({ data }: MessageEvent<{ readonly modelBytes: number; readonly runs: number }>) => {
  void readChains(data.modelBytes, data.runs).then((results) => {
    postMessage(results);
  });
};
