import type { TestId } from '../../core/ids.ts';
import type { Condition } from '../../core/searchViews.ts';

/** What a row of a condition asks. */
export type Question = 'fails' | 'passes' | 'untested' | 'tag' | 'type' | 'name';

/** One row: a question with its value, or the opposite. */
export interface ConditionRow {
  readonly id: number;
  readonly not: boolean;
  readonly is: Question;
  /** A test's id, a tag, a model type, a name pattern. */
  readonly value: string;
}

/** Rows of which all or some must hold. */
export interface ConditionRows {
  readonly join: 'every' | 'some';
  readonly rows: readonly ConditionRow[];
}

export const noRows: ConditionRows = { join: 'every', rows: [] };

const isFilled = ({ value }: ConditionRow) => value.trim() !== '';

function rowCondition({ not, is, value }: ConditionRow): Condition {
  const text = value.trim();
  const condition = ((): Condition => {
    switch (is) {
      case 'fails':
      case 'passes':
      case 'untested':
        return { is, test: text as TestId };
      case 'tag':
        return { is, tag: text };
      case 'type':
        return { is, modelType: text };
      case 'name':
        return { is, pattern: text };
    }
  })();
  return not ? { is: 'not', condition } : condition;
}

/** The condition of rows; undefined while none is filled in. */
export function conditionOfRows({ join, rows }: ConditionRows): Condition | undefined {
  const conditions = rows.filter(isFilled).map(rowCondition);
  const [first] = conditions;
  return conditions.length > 1 ? { is: join, conditions } : first;
}

/** What a walk leaves out but goes through: what is not to be kept, and what is to be skipped. */
export function skipOf(keep: ConditionRows, skip: ConditionRows): Condition | undefined {
  const kept = conditionOfRows(keep);
  const skipped = conditionOfRows(skip);
  if (kept === undefined) return skipped;
  const not: Condition = { is: 'not', condition: kept };
  return skipped === undefined ? not : { is: 'some', conditions: [not, skipped] };
}

/** Words for a question's answer, and for its opposite; `it` is the value. */
const questionWords: Readonly<
  Record<Question, (it: string) => readonly [yes: string, no: string]>
> = {
  fails: (it) => [`fail ${it}`, `do not fail ${it}`],
  passes: (it) => [`pass ${it}`, `do not pass ${it}`],
  untested: (it) => [`have no result of ${it}`, `have a result of ${it}`],
  tag: (it) => [`are tagged ${it}`, `are not tagged ${it}`],
  type: (it) => [`are of type ${it}`, `are not of type ${it}`],
  name: (it) => [`are named ${it}`, `are not named ${it}`],
};

/** Whether a question is about a test, so that its value is the id of one. */
export function isOfTest(is: Question): boolean {
  return is === 'fails' || is === 'passes' || is === 'untested';
}

function rowWords({ not, is, value }: ConditionRow, testName: (id: TestId) => string): string {
  const text = value.trim();
  const it = isOfTest(is) ? testName(text as TestId) : text;
  return questionWords[is](it)[not ? 1 : 0];
}

/** "fail accuracy and are not tagged edge"; empty while no row is filled in. */
export function conditionWords(
  { join, rows }: ConditionRows,
  testName: (id: TestId) => string,
): string {
  const parts = rows.filter(isFilled).map((row) => rowWords(row, testName));
  return parts.join(join === 'every' ? ' and ' : ' or ');
}
