import type { CascadeReport } from '../core/cascadeViews.ts';
import type { CascadeApi } from '../rpc/cascadeApi.ts';

/** Cascades that find nothing to do. */
export function fakeCascade(): CascadeApi {
  const report = (order: CascadeReport['state']['plan']['order']): CascadeReport => ({
    state: {
      id: 'cascade',
      plan: {
        order,
        items: [],
        kept: [],
        warnings: [],
        estimate: { ms: 0, bytes: 0, unknown: 0 },
      },
      items: {},
      ms: 0,
      bytes: 0,
      comparisons: [],
    },
    made: 0,
    rejected: 0,
    failed: 0,
    blocked: 0,
    finished: true,
    summary: '0 models brought up to date',
  });
  return {
    planCascade: (order) => Promise.resolve(report(order).state.plan),
    runCascade: ({ order }) => Promise.resolve(report(order)),
    pendingCascades: () => Promise.resolve([]),
    cascadeReport: () => Promise.reject(new Error('no cascade is pending')),
    resumeCascade: () => Promise.reject(new Error('no cascade is pending')),
    pauseCascade: () => Promise.resolve(),
    continueCascade: () => Promise.resolve(),
    discardCascade: () => Promise.resolve(),
  };
}
