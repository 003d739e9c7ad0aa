import type { Augmentation } from '../../core/data/dataUse.ts';
import type { DatasetRecord } from '../../core/data/dataset.ts';
import type {
  Binding,
  ModelTest,
  SuccessRule,
  TestData,
  Tolerance,
} from '../../core/modelTests/modelTest.ts';
import type { Arguments } from '../../core/recipe/recipe.ts';
import type { TestWish } from '../mgitTests.ts';
import type { Session } from '../session.svelte.ts';
import type { TestStart } from './startTest.ts';

/** What a test measures on, as a form holds it. */
export interface DataDraft {
  readonly record: Pick<DatasetRecord, 'id' | 'name' | 'snapshot' | 'reading' | 'summary'>;
  readonly part: TestData['part'];
  readonly where?: NonNullable<TestData['where']>;
  readonly perturb: readonly Augmentation[];
  readonly seed: number;
  readonly limit?: number;
  readonly use?: NonNullable<TestData['use']>;
}

/** The members of the form that a test is made of. */
export interface FormValues {
  readonly name: string;
  readonly function: string;
  readonly args: Arguments;
  readonly data: DataDraft | undefined;
  readonly bindings: readonly Binding[];
  readonly success: readonly SuccessRule[];
  readonly tolerances: Readonly<Record<string, Tolerance>>;
  readonly notes: string;
}

/** What a form opens with: the test that is edited, else what is known of a new one. */
export function startOf(session: Session, { id }: TestStart): FormValues {
  const test = session.graph.tests.find((one) => one.id === id);
  if (test !== undefined) return valuesOf(session, test);
  const [node] = session.selection;
  const [record] = session.graph.datasets;
  return {
    name: '',
    function: record === undefined ? 'health' : 'classification',
    args: {},
    data: record === undefined ? undefined : dataWith(record, undefined),
    bindings: node === undefined ? [{ is: 'all' }] : [{ is: 'node', node, descendants: true }],
    success: [],
    tolerances: {},
    notes: '',
  };
}

function valuesOf(session: Session, test: ModelTest): FormValues {
  const { name, function: fn, arguments: args, bindings, success, tolerances, notes } = test;
  return {
    name,
    function: fn,
    args,
    data: test.data && dataDraft(session, test.data),
    bindings,
    success,
    tolerances,
    notes,
  };
}

/** A data set that was removed from the list is still known by its content. */
function dataDraft(session: Session, data: TestData): DataDraft {
  const { dataset, name, reading, ...rest } = data;
  const record = session.graph.datasets.find(({ snapshot }) => snapshot === dataset);
  const summary = { kind: 'table', examples: 0, columns: [], badRows: [], badRowCount: 0, sizeBytes: 0 } as const; // prettier-ignore
  return {
    ...rest,
    record: record ?? { id: dataset as never, name, snapshot: dataset, reading, summary },
  };
}

/** The test as it is saved. */
export function wishOf(
  form: FormValues & { readonly id: TestStart['id']; readonly proposedName: string },
): TestWish {
  const { id, args, data, bindings, success, tolerances, notes } = form;
  const name = form.name.trim();
  return {
    ...(id === undefined ? {} : { id }),
    name: name === '' ? form.proposedName : name,
    function: form.function,
    arguments: args,
    ...(data === undefined ? {} : { data: dataWish(data) }),
    bindings,
    success,
    tolerances,
    notes,
  };
}

function dataWish({ record, ...rest }: DataDraft): Exclude<TestWish['data'], string | undefined> {
  return { ...rest, dataset: record.id };
}

/** A draft without one of the members that it need not have. */
export function without(data: DataDraft, member: 'where' | 'limit' | 'use'): DataDraft {
  return Object.fromEntries(
    Object.entries(data).filter(([name]) => name !== member),
  ) as unknown as DataDraft;
}

/** The draft on another data set: a slice and a use belong to the columns of the one before. */
export function dataWith(record: DataDraft['record'], before: DataDraft | undefined): DataDraft {
  if (before === undefined) return { record, part: 'test', perturb: [], seed: 1 };
  return { ...without(without(before, 'where'), 'use'), record };
}

/** A name that no test has: `Classification on digits 2`. */
export function freeName(
  title: string | undefined,
  data: DataDraft | undefined,
  tests: readonly Pick<ModelTest, 'name'>[],
): string {
  const taken = new Set(tests.map(({ name }) => name));
  const base = data === undefined ? (title ?? 'Test') : `${title ?? 'Test'} on ${data.record.name}`;
  let name = base;
  for (let number = 2; taken.has(name); number += 1) name = `${base} ${number}`;
  return name;
}
