import { LineageError } from '../../core/lineageError.ts';
import { randomFrom } from '../../core/data/random.ts';
import type { Column, Examples } from '../../core/data/examples.ts';
import type { TrainData } from '../../core/training/trainJob.ts';

/** A task's data, and the output of the joint network that learns it. */
export interface Task {
  readonly name: string;
  readonly data: TrainData;
  /** The output in `data.targets`. */
  readonly from: string;
  /** The output in the joint data. */
  readonly output: string;
}

/** How many of each task's examples are used in an epoch. */
export type StepsPolicy =
  /** All of each: larger tasks get more steps. */
  | 'proportional'
  /** As many as the smallest has. */
  | 'min'
  /** As many as the largest has, others' again and again. */
  | 'max';

/**
 * The data of several tasks as one: examples are labelled for their own tasks only, and tasks with the
 * same examples share them.
 *
 * @throws LineageError `data-unfit` where the tasks feed the network differently.
 */
export function joinTasks(tasks: readonly Task[], policy: StepsPolicy, seed: number): TrainData {
  const [first] = tasks;
  if (first === undefined) throw new Error('no tasks');
  for (const task of tasks) checkAlike(first, task);
  const part = (which: 'train' | 'validation' | 'test'): Examples => {
    const groups = groupsOf(tasks, which);
    const rows =
      which === 'train' ? rowsOf(groups, policy, seed) : groups.map(({ count }) => all(count));
    return joined(tasks, groups, rows, which);
  };
  return {
    inputs: Object.fromEntries(
      Object.keys(first.data.inputs).map((name) => [name, `input ${name}`]),
    ),
    targets: Object.fromEntries(tasks.map(({ output }) => [output, `target ${output}`])),
    classes: Object.fromEntries(
      tasks.flatMap(({ output, from, data }) => {
        const classes = data.classes[from];
        return classes === undefined ? [] : [[output, classes]];
      }),
    ),
    train: part('train'),
    validation: part('validation'),
    test: part('test'),
    augment: first.data.augment,
    finish: Object.fromEntries(
      Object.entries(first.data.inputs).flatMap(([name, column]) => {
        const finish = first.data.finish[column];
        return finish === undefined ? [] : [[`input ${name}`, finish]];
      }),
    ),
  };
}

/** What has to be equal for one trunk: inputs, their preparation, augmentations. */
function checkAlike(a: Task, b: Task): void {
  const facts = ({ data }: Task): string => {
    const inputs = Object.entries(data.inputs).map(([name, column]) => {
      const { dtype, shape } = columnOf(data.train, column);
      return [name, dtype, shape, data.finish[column] ?? null];
    });
    return JSON.stringify([inputs, data.augment]);
  };
  if (facts(a) !== facts(b))
    throw new LineageError('data-unfit', {
      reason: `${a.name} and ${b.name} prepare their inputs differently, and one trunk takes one kind of input: choose data sets whose examples are alike`,
    });
}

type Part = 'train' | 'validation' | 'test';

/** Tasks with the same examples. */
interface Group {
  readonly tasks: readonly Task[];
  readonly count: number;
}

function groupsOf(tasks: readonly Task[], which: Part): readonly Group[] {
  const groups: { tasks: Task[]; count: number }[] = [];
  for (const task of tasks) {
    const found = groups.find(({ tasks: [other] }) => other && sameExamples(other, task, which));
    if (found === undefined) groups.push({ tasks: [task], count: task.data[which].count });
    else found.tasks.push(task);
  }
  return groups;
}

function sameExamples(a: Task, b: Task, which: Part): boolean {
  if (a.data[which].count !== b.data[which].count) return false;
  return Object.entries(a.data.inputs).every(([input, column]) => {
    const mine = columnOf(a.data[which], column).data;
    const theirs = columnOf(b.data[which], b.data.inputs[input] ?? '').data;
    return mine === theirs || mine.every((value, i) => value === theirs[i]);
  });
}

function rowsOf(
  groups: readonly Group[],
  policy: StepsPolicy,
  seed: number,
): readonly Uint32Array[] {
  const counts = groups.map(({ count }) => count);
  const wanted = { min: Math.min(...counts), max: Math.max(...counts), proportional: undefined }[
    policy
  ];
  return groups.map(({ count }, group) => {
    const order = all(count);
    if (wanted === undefined || wanted === count || count === 0) return order;
    randomFrom(seed, group).shuffle(order);
    return Uint32Array.from({ length: wanted }, (_, i) => order[i % count] as number);
  });
}

function all(count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

function joined(
  tasks: readonly Task[],
  groups: readonly Group[],
  rows: readonly Uint32Array[],
  which: Part,
): Examples {
  const [first] = tasks;
  const inputs = Object.keys(first?.data.inputs ?? {}).map((input): Column => {
    const parts = groups.map(({ tasks: [task] }) =>
      columnOf((task as Task).data[which], (task as Task).data.inputs[input] ?? ''),
    );
    return { ...(parts[0] as Column), ...gathered(parts, rows), name: `input ${input}` };
  });
  const targets = tasks.map((task): Column => {
    const own = columnOf(task.data[which], task.data.targets[task.from] ?? '');
    const parts = groups.map((group) =>
      group.tasks.includes(task) ? own : unlabelled(own, group.count),
    );
    return { ...own, ...gathered(parts, rows), name: `target ${task.output}` };
  });
  const count = rows.reduce((sum, each) => sum + each.length, 0);
  return { count, columns: [...inputs, ...targets] };
}

/** −1 for classes, NaN for numbers. */
function unlabelled(like: Column, count: number): Column {
  const length = count * sizeOf(like);
  const data =
    like.dtype === 'i32'
      ? new Int32Array(length).fill(-1)
      : new Float32Array(length).fill(Number.NaN);
  return { ...like, data };
}

function gathered(parts: readonly Column[], rows: readonly Uint32Array[]): Pick<Column, 'data'> {
  const [first] = parts;
  if (first === undefined) throw new Error('no examples to join');
  const size = sizeOf(first);
  const length = size * rows.reduce((sum, each) => sum + each.length, 0);
  const data = emptyLike(first, length);
  let at = 0;
  for (const [index, part] of parts.entries())
    for (const row of rows[index] ?? []) {
      data.set(part.data.subarray(row * size, (row + 1) * size), at);
      at += size;
    }
  return { data };
}

function emptyLike({ dtype }: Column, length: number): Column['data'] {
  if (dtype === 'f32') return new Float32Array(length);
  return dtype === 'u8' ? new Uint8Array(length) : new Int32Array(length);
}

function sizeOf({ shape }: Column): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

function columnOf({ columns }: Examples, name: string): Column {
  const found = columns.find((column) => column.name === name);
  if (found === undefined) throw new Error(`no column ${name}`);
  return found;
}
