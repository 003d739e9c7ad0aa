import type { NodeId } from '../../core/ids.ts';
import { LineageError } from '../../core/lineageError.ts';
import { nodeOf } from '../../core/lineage/editLineage.ts';
import type { Lineage } from '../../core/lineage/lineage.ts';
import type { ModelTest } from '../../core/modelTests/modelTest.ts';
import { verdictOf } from '../../core/modelTests/rules.ts';
import type { Verdict } from '../../core/modelTests/testResult.ts';
import type { Run } from '../../core/ports/run.ts';
import type { BisectReport, SearchVerdict, Suspicion } from '../../core/searchViews.ts';
import type { ReportedError } from '../../core/views.ts';
import { parentModel } from '../create/parentModel.ts';
import type { TestSubject } from '../modelTests/testSubject.ts';
import type { SearchPorts } from './searchPorts.ts';

/** What a test said of a model, and what was made of it. */
export interface Answer {
  readonly verdict: SearchVerdict;
  readonly outcomes: readonly Verdict[];
}

const mostRepeats = 100;

/**
 * Asks models by a test whether they are bad, each once. An error, or outcomes that disagree, is
 * `unknown`, and a note says so.
 */
export class Asker {
  readonly lineage: Lineage;
  readonly notes: string[] = [];
  /** In the order they were tested. */
  readonly answers = new Map<NodeId, Answer>();
  /** Models and parts of models that were tested; repeats of one count as one. */
  tests = 0;
  readonly #ports: SearchPorts;
  readonly #test: ModelTest;
  readonly #suspicion: Suspicion;
  readonly #run: Run;

  constructor(ports: SearchPorts, lineage: Lineage, suspicion: Suspicion, run: Run) {
    this.#ports = ports;
    this.lineage = lineage;
    this.#suspicion = suspicion;
    this.#run = run;
    this.#test = suspectedTest(lineage, suspicion);
  }

  name(node: NodeId): string {
    return nodeOf(this.lineage, node).name;
  }

  /** @throws LineageError `node-missing`; an `AbortError` between and during tests. */
  async ask(node: NodeId): Promise<SearchVerdict> {
    const known = this.answers.get(node);
    if (known !== undefined) return known.verdict;
    this.#run.signal.throwIfAborted();
    const model = await parentModel(this.#ports, node, this.#run);
    const answer = await this.askOf({ model, stored: true }, this.name(node));
    this.answers.set(node, answer);
    return answer.verdict;
  }

  /** Asks about a subject that need not be stored. */
  async askOf(subject: TestSubject, label: string): Promise<Answer> {
    const { repeats = 1, device } = this.#suspicion;
    const outcomes: Verdict[] = [];
    this.tests += 1;
    for (let time = 0; time < repeats; time++) {
      this.#run.signal.throwIfAborted();
      const options = { again: repeats > 1, ...(device === undefined ? {} : { device }) };
      const result = await this.#ports.judge(this.#test, subject, options, this.#run);
      const outcome = result.verdict === 'error' ? 'error' : verdictOf(this.#test, result.metrics);
      outcomes.push(outcome);
      if (outcome === 'error') {
        const why = result.error && reasonIn(result.error);
        this.notes.push(`${label} could not be tested${why === undefined ? '' : `: ${why}`}.`);
      } else if (outcome !== outcomes[0])
        this.notes.push(`${label} passes at one time and fails at another.`);
      if (outcome === 'error' || outcome !== outcomes[0]) return { verdict: 'unknown', outcomes };
    }
    return { verdict: outcomes[0] === 'pass' ? 'good' : 'bad', outcomes };
  }

  /** That a model is as the search takes it to be. @throws LineageError `search-unfit`. */
  async expect(node: NodeId, wanted: 'good' | 'bad'): Promise<void> {
    const verdict = await this.ask(node);
    if (verdict === wanted) return;
    const said = { good: 'passes', bad: 'fails', unknown: 'has no clear outcome of' }[verdict];
    const note = verdict === 'unknown' ? this.notes.at(-1) : undefined;
    const reason = `${this.name(node)} ${said} the test ${this.#test.name}`;
    throw new LineageError('search-unfit', {
      reason: note === undefined ? reason : `${reason} (${note.replace(/\.$/u, '')})`,
    });
  }

  tested(): BisectReport['tested'] {
    return [...this.answers].map(([node, answer]) => ({ node, ...answer }));
  }
}

/** Why a test could not be run: the reason in its error where it has one, which is for people. */
function reasonIn({ data, message }: ReportedError): string {
  const said = data as { readonly reason?: unknown };
  return typeof said.reason === 'string' ? said.reason.replace(/\.$/u, '') : message;
}

/** The test with the rules that the search goes by. @throws LineageError. */
function suspectedTest(lineage: Lineage, { test: id, success, repeats }: Suspicion): ModelTest {
  const test = lineage.tests.get(id);
  if (test === undefined) throw new LineageError('test-missing', { test: id });
  if (
    repeats !== undefined &&
    !(Number.isInteger(repeats) && repeats >= 1 && repeats <= mostRepeats)
  )
    throw new LineageError('test-invalid', {
      field: 'repeats',
      reason: `a whole number from 1 to ${mostRepeats}`,
    });
  const rules = success ?? test.success;
  if (rules.length === 0)
    throw new LineageError('search-unfit', {
      reason: `the test ${test.name} has no rule that says what passes`,
    });
  return { ...test, success: rules };
}
