import { finetuned, printOf, trained, type Net } from '../construction/synthetic.fixture.ts';
import { sketchesOf, type TensorSketch } from './tensorSketch.ts';

/** The sketch of a network's only tensor. */
export function sketchOf(net: Net): TensorSketch {
  const [sketch] = sketchesOf(printOf(net));
  if (sketch === undefined) throw new Error('no sketch');
  return sketch;
}

/** A network of one matrix. */
export function matrixNet(seed: number, rows = 48, columns = 40): Net {
  return trained(seed, [['w', [rows, columns]]]);
}

/** The first tensor of a network alone. */
export function firstOf(net: Net): Net {
  return { ...net, tensors: net.tensors.slice(0, 1) };
}

/** Networks of one matrix: each a random earlier one of its family, trained on by a random amount. */
export function families(count: number, roots: number, next: () => number): Net[] {
  const nets: Net[] = [];
  for (let i = 0; i < count; i++) {
    const own = nets.filter((_, j) => j % roots === i % roots);
    const parent = own[Math.floor(next() * own.length)];
    const amount = 10 ** (-3.5 + 2.5 * next());
    nets.push(parent === undefined ? firstOf(matrixNet(i + 1)) : finetuned(parent, amount, i + 1));
  }
  return nets;
}
