import type { DataUse, Preprocessing, TargetUse } from '../../src/core/data/dataUse.ts';
import type { DatasetRecord } from '../../src/core/data/dataset.ts';
import type { Examples } from '../../src/core/data/examples.ts';
import type { TrainData } from '../../src/core/training/trainJob.ts';
import { idxBytes } from './fileBytes.ts';
import type { LineageBench } from './lineageBench.ts';
import type { Pictures } from './pictures.ts';

/** Mean and deviation of MNIST's pixels, from 0 to 1. */
const mean = [0.1307];
const deviation = [0.3081];

/** Stores pictures and their labels as a data set in MNIST's format. */
export function addPictures(
  bench: LineageBench,
  name: string,
  { count, side, pixels, labels }: Pictures,
): Promise<DatasetRecord> {
  return bench.addData(
    name,
    [
      { path: `${name}-images-idx3-ubyte`, bytes: idxBytes([count, side, side], pixels) },
      { path: `${name}-labels-idx1-ubyte`, bytes: idxBytes([count], labels) },
    ],
    { is: 'idx' },
  );
}

/** How all networks of the graphs take pictures. */
export function pictureInput(side: number): Preprocessing {
  return {
    is: 'image',
    column: 'image',
    height: side,
    width: side,
    channels: 1,
    layout: 'NCHW',
    scale: 1 / 255,
    mean,
    deviation,
    invert: false,
  };
}

/** Rows of a data set for one task: so many to train on, the others of `count` to test with. */
export interface Share {
  readonly train: number;
  readonly test: number;
  readonly seed: number;
}

/** @param among - how many rows the task has; the share of them is what a recipe names. */
export function pictureUse(
  { snapshot, name, reading }: DatasetRecord,
  input: Preprocessing,
  target: TargetUse,
  among: number,
  { train, test, seed }: Share,
): DataUse {
  return {
    dataset: snapshot,
    name,
    reading,
    inputs: { input },
    targets: { logits: target },
    split: {
      train: Math.min(train / among, 1 - test / among),
      validation: 0,
      test: test / among,
      seed,
      stratified: true,
    },
    augment: [],
    asCopies: false,
  };
}

/** Pictures to train a base on, without a data set in the store: a base has no recipe. */
export function baseData(
  train: Pictures,
  test: Pictures,
  classes: readonly string[],
  flat = false,
): TrainData {
  const { side } = train;
  const shape = flat ? [side * side] : [1, side, side];
  return {
    inputs: { input: 'image' },
    targets: { logits: 'label' },
    classes: { logits: classes },
    train: examplesOf(train),
    validation: examplesOf({
      ...train,
      count: 0,
      pixels: new Uint8Array(),
      labels: new Uint8Array(),
    }),
    test: examplesOf(test),
    augment: [],
    finish: { image: { scale: 1 / 255, mean, deviation, axis: 0, shape } },
  };
}

function examplesOf({ count, side, pixels, labels }: Pictures): Examples {
  return {
    count,
    columns: [
      { name: 'image', dtype: 'u8', shape: [1, side, side], data: pixels },
      { name: 'label', dtype: 'i32', shape: [], data: Int32Array.from(labels) },
    ],
  };
}

/** The ten digits as classes. */
export const digits: readonly string[] = Array.from('0123456789');
