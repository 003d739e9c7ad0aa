import { randomFrom } from '../../src/core/data/random.ts';
import type { EdgeKind } from '../../src/core/lineage/graph.ts';
import { linear } from '../../src/core/models/layers.ts';
import { modelBuilder } from '../../src/core/models/modelBuilder.ts';
import { encodeOnnx } from '../../src/core/network/encodeOnnx.ts';
import { literal, numbersOf } from '../../src/core/network/literal.ts';
import type { Network } from '../../src/core/network/network.ts';

/** A pool of models as files, with the edges that are known between them. */
export interface ModelPool {
  readonly models: readonly { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[];
  readonly edges: readonly {
    readonly kind: EdgeKind;
    readonly from: string;
    readonly to: string;
  }[];
  /** Names of the models with the fault; the first is where it came in. */
  readonly faulty: readonly string[];
  /** Examples for all of them: four numbers and a class. */
  readonly csv: string;
}

const features = 4;
const classes = 3;
/** With it twice, values of a few units go far beyond fp16's 65,504; no weight does. */
const gain = 900;

/**
 * The pool of the reference's study of finding faults: 91 models of ten families, of which 8 of one family
 * overflow in half precision: `f03-2` and what was made from it. The others of its family do not.
 *
 * Source: reference §13, user task A. The same bytes each time.
 */
export function overflowPool(): ModelPool {
  const made = new Map<string, Network>();
  const edges: ModelPool['edges'][number][] = [];
  const faulty: string[] = [];
  const make = (name: string, parent: string | undefined, seed: number): void => {
    const from = parent === undefined ? undefined : made.get(parent);
    if (parent === undefined || from === undefined) made.set(name, mlp(name, seed));
    else {
      made.set(name, tuned(from, name, seed));
      edges.push({ kind: seed % 5 === 0 ? 'version' : 'provenance', from: parent, to: name });
    }
    if (parent !== undefined && faulty.includes(parent)) faulty.push(name);
  };
  make('root', undefined, 1);
  for (let family = 0; family < 10; family++) {
    const nameOf = (member: number) => `f${String(family).padStart(2, '0')}-${member}`;
    for (const [member, above] of parentsOf(family).entries()) {
      const name = nameOf(member);
      make(name, above < 0 ? 'root' : nameOf(above), 100 * family + member + 2);
      if (name !== 'f03-2') continue;
      made.set(name, amplified(made.get(name) as Network));
      faulty.push(name);
    }
  }
  return {
    models: [...made].map(([name, network]) => ({ name, bytes: encodeOnnx(network) })),
    edges,
    faulty,
    csv: examples(60),
  };
}

/** Which member of its family each is made from; −1: from the root. */
function parentsOf(family: number): readonly number[] {
  // 13 members, of which 8 are `2` and what is below it: a chain with branches.
  if (family === 3) return [-1, 0, 1, 2, 3, 4, 5, 3, 4, 2, 0, 1, 10];
  // Binary trees of 8 or 9, 77 in all.
  const members = family < 4 || family > 8 ? 8 : 9;
  return Array.from({ length: members }, (_, at) => (at === 0 ? -1 : Math.floor((at - 1) / 2)));
}

function mlp(name: string, seed: number): Network {
  const to = modelBuilder(name, seed);
  const x = to.input('input', 'f32', ['batch', features]);
  const hidden = to.node('Relu', [linear(to, x, 'fc1', features, 8)]);
  const deep = to.node('Relu', [linear(to, hidden, 'fc2', 8, 8)]);
  return to.finish(linear(to, deep, 'fc3', 8, classes), 'logits', ['batch', classes]);
}

/** A child: each weight a little moved, as a finetune does. */
function tuned(parent: Network, name: string, seed: number): Network {
  const random = randomFrom(seed);
  return weighed(parent, name, (_, value) => value * (1 + 0.02 * random.normal()));
}

/** The fault: the first two layers amplify, and the last one makes up for it. */
function amplified(network: Network): Network {
  return weighed(network, network.name, (weight, value) => {
    if (weight.startsWith('fc3.weight')) return value / gain ** 2;
    return weight.endsWith('weight') ? value * gain : value;
  });
}

function weighed(
  network: Network,
  name: string,
  change: (weight: string, value: number) => number,
): Network {
  const initializers = new Map(
    [...network.initializers].map(([weight, tensor]) => {
      const values = Float32Array.from(numbersOf(tensor), (value) => change(weight, value));
      return [weight, literal('f32', tensor.shape, values)];
    }),
  );
  return { ...network, name, initializers };
}

function examples(count: number): string {
  const random = randomFrom(7);
  const rows = Array.from({ length: count }, (_, at) => {
    const values = Array.from({ length: features }, () => (2 * random.normal()).toFixed(3));
    return [...values, 'abc'[at % classes]].join(',');
  });
  return ['f1,f2,f3,f4,class', ...rows, ''].join('\n');
}
