import type { Augmentation, Preprocessing } from '../data/dataUse.ts';
import type { Reading } from '../data/dataset.ts';
import type { ProvenanceRole } from '../lineage/provenanceRole.ts';
import type { Binding } from '../modelTests/modelTest.ts';
import { longestName } from '../lineage/editLineage.ts';
import {
  isFlag, isKind, isListOf, isMatch, isNumber, isOneOf, isPlain, isRecordOf, isShape, isSize, isText,
  type Check,
} from './checks.ts'; // prettier-ignore

/*
 * What the records of a foreign lineage must be. Kinds are listed by type: one that is added elsewhere and
 * not here does not compile.
 */

const id = isText(200);
const name = isText(longestName);
export const snapshotId: Check = isMatch(/^[0-9a-f]{64}$/, 'a SHA-256 in 64 lower-case digits');
const texts = isListOf(isText());
const numbers = isListOf(isNumber);
const sizes = isListOf(isSize);
const empty = isShape({});

const reading: Check = isKind({
  delimited: isShape(
    { delimiter: isOneOf(',', '\t', ';', ' '), header: isFlag, columns: texts },
    { label: isText() },
  ),
  idx: empty,
  npy: empty,
  npz: isShape({ inputs: isText() }, { labels: isText() }),
  images: isShape({ labels: isOneOf('folder', 'file-name', 'none') }),
  wav: isShape({ labels: isOneOf('folder', 'file-name', 'none') }),
  lines: isShape({ labelled: isFlag }),
} satisfies Record<Reading['is'], Check>);

const preprocessing: Check = isKind({
  numbers: isShape({ columns: texts, shape: sizes, mean: numbers, deviation: numbers }),
  image: isShape({
    column: isText(), height: isSize, width: isSize, channels: isOneOf(1, 3),
    layout: isOneOf('NCHW', 'NHWC'), scale: isNumber, mean: numbers, deviation: numbers, invert: isFlag,
  }),
  wave: isShape({ column: isText(), sampleRate: isNumber, samples: isSize, shape: sizes }),
  'log-mel': isShape({
    column: isText(), sampleRate: isNumber, mels: isSize, frames: isSize, window: isSize, hop: isSize,
    shape: sizes,
  }),
  tokens: isShape({
    column: isText(), tokenizer: isOneOf('words', 'bytes'), vocabulary: isSize, length: isSize,
  }),
} satisfies Record<Preprocessing['is'], Check>); // prettier-ignore

const augmentation: Check = isKind({
  noise: isShape({ deviation: isNumber }),
  'salt-and-pepper': isShape({ share: isNumber }),
  blur: isShape({ radius: isNumber }),
  shift: isShape({ pixels: isNumber }),
  rotate: isShape({ degrees: isNumber }),
  contrast: isShape({ factor: isNumber }),
  occlude: isShape({ pixels: isNumber }),
  invert: empty,
  pixelate: isShape({ pixels: isNumber }),
  flip: empty,
  gain: isShape({ decibels: isNumber }),
  'time-shift': isShape({ samples: isNumber }),
  'drop-words': isShape({ share: isNumber }),
} satisfies Record<Augmentation['is'], Check>);

const where = isShape({ column: isText(), values: texts });

const dataUse: Check = isShape({
  dataset: snapshotId,
  name: isText(),
  reading,
  inputs: isRecordOf(preprocessing),
  targets: isRecordOf(
    isShape(
      { column: isText() },
      { classes: texts, mapped: isRecordOf(isText()), mean: isNumber, deviation: isNumber },
    ),
  ),
  split: isShape(
    { train: isNumber, validation: isNumber, test: isNumber, seed: isNumber, stratified: isFlag },
    { where, shard: isShape({ index: isSize, count: isSize }) },
  ),
  augment: isListOf(augmentation),
  asCopies: isFlag,
});

const recipe: Check = isShape(
  {
    version: isOneOf(1),
    function: isText(200),
    functionVersion: isNumber,
    parents: isListOf(isShape({ role: isText(100), node: id, snapshot: snapshotId })),
    arguments: isRecordOf(isPlain),
    data: isListOf(dataUse),
    seed: isNumber,
    environment: isShape({ app: isText(), backend: isText(100) }),
  },
  {
    runs: isRecordOf(isShape({}, { finishedAt: isSize, microBatch: isSize })),
    part: isText(),
    own: isListOf(dataUse),
    group: isText(),
  },
);

const partMetrics: Check = isShape({
  loss: isNumber,
  heads: isListOf(
    isShape(
      { output: isText(), loss: isNumber },
      { accuracy: isNumber, meanAbsoluteError: isNumber, confusion: isListOf(sizes), classes: texts },
    ),
  ),
  examples: isSize,
}); // prettier-ignore

const receipt: Check = isShape(
  {
    options: isShape({ quantiser: isOneOf('mgit', 'per tensor'), epsilon: isNumber }),
    rawBytes: isNumber,
    losslessBytes: isNumber,
    lossyBytes: isNumber,
    maxError: isNumber,
    meanError: isNumber,
    exactTensors: isListOf(isShape({ name: isText(), why: isText() })),
    tests: isListOf(
      isShape({
        test: isText(), metric: isText(), before: isNumber, after: isNumber, worse: isFlag,
        tolerance: isText(),
      }),
    ),
    original: id,
    originalSnapshot: snapshotId,
    codec: isText(100),
    steps: isListOf(isShape({ name: isText(), step: isNumber })),
    passes: isOneOf(true),
    at: isNumber,
  },
  { base: id },
); // prettier-ignore

export const nodeCheck: Check = isShape(
  {
    id,
    name,
    snapshot: snapshotId,
    tags: isListOf(isText(1000)),
    notes: isText(),
    createdAt: isNumber,
    summary: isShape(
      {
        format: isOneOf('onnx', 'safetensors', 'pytorch'),
        fileName: isText(),
        sizeBytes: isSize,
        parameterCount: isSize,
        tensorCount: isSize,
        architecture: isText(1000),
        layers: isText(),
      },
      { modifiedAt: isNumber },
    ),
  },
  {
    modelType: isText(1000),
    recipe,
    outcome: isShape(
      {},
      { test: partMetrics, validation: partMetrics, parentTest: partMetrics, lossy: receipt },
    ),
  },
);

const roles: Readonly<Record<ProvenanceRole, true>> = {
  base: true, teacher: true, merged: true, 'federated-client': true, 'mtl-sibling': true,
  'exported-from': true, adapter: true,
}; // prettier-ignore

const edgeKind = isOneOf('provenance', 'version');

export const edgeCheck: Check = isShape(
  { kind: edgeKind, from: id, to: id, grade: isOneOf('declared', 'inferred', 're-derived') },
  {
    role: isOneOf(...Object.keys(roles)),
    evidence: isShape(
      {
        rule: isText(),
        relation: isText(),
        confidence: isNumber,
        direction: isShape({ confidence: isNumber, because: isText() }),
        facts: isListOf(isShape({ label: isText(), value: isText() })),
      },
      { runnerUp: isShape({ node: id, confidence: isNumber }) },
    ),
  },
); // prettier-ignore

export const rejectionCheck: Check = isShape({ kind: edgeKind, a: id, b: id });

export const branchCheck: Check = isShape(
  { name, head: id, notes: isText(), createdAt: isNumber },
  { reason: isText() },
);

const column = isShape(
  { name: isText(), type: isOneOf('number', 'category', 'text', 'image', 'audio', 'array') },
  {
    shape: sizes,
    values: isListOf(isShape({ value: isText(), count: isSize })),
    range: isShape({ min: isNumber, max: isNumber, mean: isNumber }),
  },
);

export const datasetCheck: Check = isShape({
  id,
  name,
  snapshot: snapshotId,
  reading,
  summary: isShape(
    {
      kind: isOneOf('table', 'images', 'audio', 'text'),
      examples: isSize,
      columns: isListOf(column),
      badRows: isListOf(isShape({ file: isText(), reason: isText() }, { line: isSize })),
      badRowCount: isSize,
      sizeBytes: isSize,
    },
    { label: isText(), notes: texts },
  ),
  notes: isText(),
  createdAt: isNumber,
});

export const testCheck: Check = isShape(
  {
    id,
    name,
    version: isNumber,
    function: isText(200),
    functionVersion: isNumber,
    arguments: isRecordOf(isPlain),
    bindings: isListOf(
      isKind({
        all: empty,
        node: isShape({ node: id, descendants: isFlag }),
        type: isShape({ modelType: isText(1000) }),
        name: isShape({ pattern: isText(1000) }),
      } satisfies Record<Binding['is'], Check>),
    ),
    success: isListOf(
      isShape({ metric: isText(), is: isOneOf('at-least', 'at-most', 'equal'), value: isNumber }),
    ),
    tolerances: isRecordOf(isShape({ is: isOneOf('absolute', 'relative'), value: isNumber })),
    notes: isText(),
    createdAt: isNumber,
  },
  {
    data: isShape(
      {
        dataset: snapshotId,
        name: isText(),
        reading,
        part: isOneOf('test', 'validation', 'train', 'all'),
        perturb: isListOf(augmentation),
        seed: isNumber,
      },
      { where, limit: isSize, use: dataUse },
    ),
  },
);

export const contentCheck: Check = isShape({
  snapshot: snapshotId,
  files: isListOf(isShape({ entry: isText(4000), name: isText(4000) })),
});
