import { createService } from '../src/app/create/createService.ts';
import type { LineageApi } from '../src/rpc/api.ts';
import type { Wired } from './wired.ts';

type CreateMethods = Pick<
  LineageApi,
  | 'functions' | 'proposeUse' | 'previewCreation' | 'create' | 'pauseJob' | 'continueJob' | 'finishJob'
  | 'pendingJobs' | 'resumeJob' | 'discardJob' | 'replay' | 'trainingReport' | 'tryView' | 'predict'
  | 'devices'
>; // prettier-ignore

/** The part of the lineage worker's API that makes models from others, and tries them. */
export function createApi(wired: Promise<Wired>): CreateMethods {
  const creating = wired.then(({ ports }) => createService(ports));
  // A store that cannot be opened is told to each caller; this only keeps it from being unhandled.
  creating.catch(() => undefined);
  return {
    functions: async (parents) => (await creating).functions(parents),
    proposeUse: async (parents, dataset) => (await creating).proposeUse(parents, dataset),
    previewCreation: async (order, signal) => (await creating).previewCreation(order, { signal }),
    create: async (order, signal, onProgress, onEvent) =>
      (await creating).create(order, { signal, onProgress }, onEvent),
    pauseJob: async (job) => (await creating).pauseJob(job),
    continueJob: async (job) => (await creating).continueJob(job),
    finishJob: async (job) => (await creating).finishJob(job),
    pendingJobs: async () => (await creating).pendingJobs(),
    resumeJob: async (id, signal, onProgress, onEvent) =>
      (await creating).resumeJob(id, { signal, onProgress }, onEvent),
    discardJob: async (id) => (await creating).discardJob(id),
    replay: async (id, signal, onProgress, onEvent) =>
      (await creating).replay(id, { signal, onProgress }, onEvent),
    trainingReport: async (id) => (await creating).trainingReport(id),
    tryView: async (id) => (await creating).tryView(id),
    predict: async (ids, inputs, signal) => (await creating).predict(ids, inputs, { signal }),
    devices: async () => (await creating).devices(),
  };
}
