import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { replayModel } from '../../src/app/create/replayModel.ts';
import { noRun } from '../../src/app/import/importModels.fixture.ts';
import type { Recipe } from '../../src/core/recipe/recipe.ts';
import { buildGraph } from './buildLineage.ts';
import type { Graph } from './graph.ts';
import { digits } from './pictureData.ts';
import { drawnPictures } from './pictures.ts';
import { s1, s1Quick, s1Truth } from './s1.ts';
import { saidSentences } from './s1Data.ts';
import { s2, s2Full, s2Quick, s2Truth } from './s2.ts';
import { ownDigits, s3, s3Full, s3Quick, s3Rounds, s3Truth } from './s3.ts';
import { s4, s4Full, s4Quick, s4Truth } from './s4.ts';
import { s5, s5Full, s5Quick, s5Truth } from './s5.ts';
import { scoreInference, scoreOf } from './scoreInference.ts';
import { sharingOf } from './sharing.ts';
import { playedDigits } from './sounds.ts';
import { checkBisect, checkLineage, countsOf, truthEdges, type Truth } from './truth.ts';
import type { Summary } from './writeLineage.ts';

describe('the graphs', () => {
  it.each([
    [s1Truth(), { nodes: 23, provenance: 14, version: 0 }],
    [s2Truth(s2Full), { nodes: 91, provenance: 90, version: 81 }],
    [s3Truth(s3Full), { nodes: 60, provenance: 95, version: 0 }],
    [s4Truth(s4Full), { nodes: 22, provenance: 19, version: 0 }],
    [s5Truth(s5Full), { nodes: 10, provenance: 9, version: 0 }],
  ])('$graph has as many models and edges as its original', (truth, counts) => {
    expect(countsOf(truth)).toEqual(counts);
    const names = truth.nodes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    // Parents come before their children, so there is no cycle.
    for (const { name, from } of truth.nodes)
      for (const parent of from) expect(names.indexOf(parent)).toBeLessThan(names.indexOf(name));
  });

  it('S2 has a version edge beside each step from version to version, with one perturbation more', () => {
    const { nodes } = s2Truth(s2Full);
    for (const { from, revises, facts } of nodes) {
      if (facts['version'] === undefined || facts['version'] === 0) expect(revises).toBeUndefined();
      else expect(from).toEqual([revises]);
      expect(facts['perturbations'] ?? []).toHaveLength(Number(facts['version'] ?? 0));
    }
    const last = nodes.find(({ name }) => name === 'mod-3-v9');
    expect(new Set(last?.facts['perturbations'] as string[]).size).toBe(9);
  });

  it('S3 begins with five roots and knows what one poisoned client has spoilt', () => {
    const { nodes } = s3Truth(s3Full);
    expect(nodes.filter(({ from }) => from.length === 0)).toHaveLength(5);
    const poisoned = nodes.filter(({ facts }) => facts['poisoned'] === true);
    expect(poisoned.map(({ name }) => name)).toEqual(['round 6 client 3']);
    const affected = new Set(poisoned.map(({ name }) => name));
    for (const { name, from } of nodes)
      if (from.some((parent) => affected.has(parent))) affected.add(name);
    const told = nodes.filter(({ facts }) => facts['affected'] === true);
    expect(new Set(told.map(({ name }) => name))).toEqual(affected);
    expect(affected.size).toBe(20);
  });

  it('S3 can be searched for its culprit when only what it spoilt is bad', () => {
    const truth = s3Truth(s3Full);
    const bad = ['round 6 client 3', 'round 6 average'];
    const scores = (names: readonly string[]) =>
      new Map(truth.nodes.map(({ name }) => [name, { flipped: names.includes(name) ? 0.9 : 0 }]));
    checkBisect(truth, scores(bad));
    for (const other of [
      ['round 6 average'],
      [...bad, 'round 6 client 1'],
      [...bad, 'round 5 average'],
    ])
      expect(() => {
        checkBisect(truth, scores(other));
      }).toThrow('flipped is not as it should be');
    // Rounds before the good average do not count.
    checkBisect(truth, scores([...bad, 'round 2 client 1']));
  });

  it('S3 gives each digit to as many clients, two to each', () => {
    const clients = Array.from({ length: s3Full.clients }, (_, client) => ownDigits(client));
    for (const [a, b] of clients) expect(a).not.toBe(b);
    for (let digit = 0; digit < 10; digit++)
      expect(clients.filter((own) => own.includes(digit))).toHaveLength(8);
    for (const round of s3Rounds(s3Full))
      expect(new Set(round.map(({ client }) => client)).size).toBe(5);
  });

  it('S4 has 2, 3 and 2 leaves at the highest levels, and three roots', () => {
    const { nodes } = s4Truth(s4Full);
    const leaves = nodes.filter(({ facts }) => facts['finetuned'] === true);
    expect(leaves.map(({ facts }) => JSON.stringify([facts['net'], facts['sparsity']]))).toEqual([
      '["cnn-s",0.7]', '["cnn-s",0.85]', '["cnn-l",0.5]', '["cnn-l",0.7]', '["cnn-l",0.85]', '["mlp",0.7]',
      '["mlp",0.85]',
    ]); // prettier-ignore
    const roots = nodes.filter(({ from }) => from.length === 0);
    expect(roots.map(({ facts }) => facts['sparsity'])).toEqual([0.1, 0.1, 0.1]);
  });

  it('S5 can become 10 / (1 + f + 9 (1 − f)) smaller by sharing', () => {
    const half = sharingOf({ raw: 1000, different: 600, trunk: 50, members: 9 });
    expect(half.common).toBe(0.5);
    expect(half.wanted).toBe(10 / 6);
  });

  it('inference is scored with and without direction', () => {
    const known = [[0, 1], [1, 2]] as const; // prettier-ignore
    expect(scoreOf([[0, 1], [2, 1], [0, 3]], known)).toEqual({
      found: 3, precision: 1 / 3, recall: 1 / 2, undirected: { precision: 2 / 3, recall: 1 },
    }); // prettier-ignore
  });

  it('a lineage with an edge too many or a name missing is not the graph', () => {
    const truth: Truth = { graph: 't', about: '', nodes: [{ name: 'a', from: [], facts: {} }] };
    const empty = {
      nodes: new Map(), names: new Map(), edges: new Map(), outgoing: new Map(),
      incoming: new Map(), rejections: new Map(), datasets: new Map(), tests: new Map(), branches: new Map(),
    }; // prettier-ignore
    expect(() => {
      checkLineage(truth, empty);
    }).toThrow('models missing: a');
  });
});

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly recipe?: Pick<Recipe, 'function' | 'data'>;
}

interface Written {
  readonly nodes: readonly Entry[];
  readonly edges: readonly unknown[];
  readonly text: string;
}

/** The same graph, with a check that the recipe of one of its models gives the same bits again. */
function replaying(graph: Graph, name: string): Graph {
  return {
    ...graph,
    check: async (bench) => {
      const { ports } = bench.app;
      const id = (await ports.session.lineage()).names.get(name);
      if (id === undefined) throw new Error(`no model ${name}`);
      const { grade } = await replayModel(ports, id, noRun, () => undefined);
      expect([name, grade.is]).toEqual([name, 'equal-bits']);
      return (await graph.check?.(bench)) ?? [];
    },
  };
}

describe('a quick build', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lineages-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  async function built(graph: Graph, name: string): Promise<[Summary, Written]> {
    const out = path.join(folder, name);
    // Throws unless models, edges and recipes are those of the truth.
    const summary = await buildGraph(graph, out, () => undefined);
    const text = readFileSync(path.join(out, 'lineage.json'), 'utf8');
    const truth = JSON.parse(readFileSync(path.join(out, 'truth.json'), 'utf8')) as {
      counts: unknown;
      edges: unknown[];
    };
    expect(truth.counts).toEqual(countsOf(graph.truth));
    expect(truth.edges).toEqual(truthEdges(graph.truth));
    const written = JSON.parse(text) as Omit<Written, 'text'>;
    expect(written.edges).toHaveLength(truth.edges.length);
    expect(readdirSync(path.join(out, 'models'))).toHaveLength(graph.truth.nodes.length);
    return [summary, { ...written, text }];
  }

  it('of S1 has a child of each kind', async () => {
    const sources = {
      pictures: drawnPictures(200, 12, 5),
      small: drawnPictures(100, 8, 6),
      spoken: playedDigits(1, 7),
      sentences: saidSentences(60, 8),
    };
    const [, { nodes }] = await built(s1(sources, s1Quick), 's1');
    const made = new Set(nodes.flatMap(({ recipe }) => recipe?.function ?? []));
    expect(made).toEqual(new Set(['finetune', 'linear-probe', 'prune', 'quantise-fp16']));
  });

  it('of S2 comes out the same twice, byte for byte', async () => {
    const pictures = drawnPictures(500, 12, 1);
    const size = { ...s2Quick, tasks: 1, train: 60, test: 30 };
    const [summary, first] = await built(s2(pictures, size), 's2');
    const [, again] = await built(s2(pictures, size), 's2-again');
    expect(again.text).toBe(first.text);
    expect(first.nodes.map(({ recipe }) => recipe?.function)).toEqual([
      undefined, 'finetune', 'finetune', 'finetune',
    ]); // prettier-ignore
    expect(summary.sizes.stored).toBeLessThan(summary.sizes.raw);
  });

  it('of S3 has its federated rounds', async () => {
    const size = { ...s3Quick, rounds: 2, test: 50 };
    const [, { nodes }] = await built(
      replaying(s3(drawnPictures(300, 12, 2), size), 'round 1 average'),
      's3',
    );
    // Only the poisoned client of its round learns other digits than there are.
    const mapped = Object.entries(nodes.at(-1)?.recipe?.data[0]?.targets['logits']?.mapped ?? {});
    const other = mapped.filter(([label, digit]) => label.split(':')[1] !== digit);
    const culprit = s3Truth(size).nodes.find(({ facts }) => facts['poisoned'] === true);
    expect(mapped).toHaveLength(50);
    expect(other).toEqual(
      digits.map((digit, d) => [`${Number(culprit?.facts['client'])}:${digit}`, `${9 - d}`]),
    );
    const functions = nodes.map(({ recipe }) => recipe?.function);
    expect(functions.slice(0, 6)).toEqual([...Array<undefined>(5), 'linear-average']);
    expect(new Set(functions.slice(6))).toEqual(new Set(['federated-round']));
  });

  it('of S4 has the zeros it should, in leaves too', async () => {
    const [, { nodes }] = await built(
      replaying(s4(drawnPictures(600, 12, 3), s4Quick), 'cnn-s-pruned-85-finetuned'),
      's4',
    );
    const zeros = nodes as readonly (Entry & { scores: { sparsity: number } })[];
    const wanted = s4Truth(s4Quick).nodes.map(({ facts }) => Number(facts['sparsity']));
    for (const [at, { scores }] of zeros.entries())
      expect(scores.sparsity).toBeCloseTo(wanted[at] ?? NaN, 2);
    const found = await scoreInference(path.join(folder, 's4'), 1);
    expect(found.found).toBeGreaterThan(0);
    expect(found.undirected.recall).toBeGreaterThanOrEqual(0.5);
  });

  it('of S5 stores what its tasks share once', async () => {
    // Its check throws when sharing alone gives less than it can.
    const [{ sizes }] = await built(
      replaying(s5(playedDigits(2, 4), s5Quick), 'spoken word label'),
      's5',
    );
    expect(sizes.stored).toBeLessThan(sizes.raw / 1.5);
  });
});
