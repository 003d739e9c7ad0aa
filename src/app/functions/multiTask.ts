import type { DataUse } from '../../core/data/dataUse.ts';
import { LineageError } from '../../core/lineageError.ts';
import type { Literal } from '../../core/network/network.ts';
import { multiHead, type TaskHead } from '../../core/network/surgery/multiHead.ts';
import { trainableWeights } from '../../core/network/trainableWeights.ts';
import { typedArguments, type ArgumentsOf } from '../../core/recipe/checkArguments.ts';
import type { Outcome } from '../../core/recipe/recipe.ts';
import type { Schema } from '../../core/recipe/schema.ts';
import type { PartMetrics, TrainReport } from '../../core/training/report.ts';
import type { TrainOutcome } from '../../core/training/trainJob.ts';
import type {
  CreationFunction,
  JobOrder,
  MadeModel,
  PlanContext,
} from '../create/creationFunction.ts';
import { augmented, checkSettings, parametersOf } from './adaptation.ts';
import { checkInputs, givenAt, headsFor, trainedOutputs, wantedUnits } from './headsFor.ts';
import { joinTasks } from './joinTasks.ts';
import { madeFile, outcomeOf } from './madeWeights.ts';
import { trainingFields, trainSettings } from './trainingFields.ts';
import { onlyParent, unfitForTraining } from './trainingParents.ts';
import { counted, listed, plural } from './wording.ts';

const id = 'multi-task';

const schema = {
  stepsPerEpoch: {
    is: 'choice',
    default: 'proportional',
    options: [
      { value: 'proportional', title: 'All examples of every task' },
      { value: 'min', title: 'As many of each as the smallest task has' },
      { value: 'max', title: 'As many of each as the largest task has' },
    ],
    title: 'Examples of an epoch',
    help: 'All examples let large tasks learn more; as many as the largest repeats the others, so that all tasks count alike.',
  },
  ...trainingFields,
} as const satisfies Schema;

type MultiTaskArguments = ArgumentsOf<typeof schema>;

/** A task of the group. */
interface Member {
  readonly name: string;
  readonly use: DataUse;
}

/** Sorted by name, so that the order in which they were chosen changes nothing. */
function membersOf(uses: readonly DataUse[], output: string): readonly Member[] {
  const columns = uses.map((use) => use.targets[output]?.column ?? '');
  const shared = new Set(columns.filter((column, i) => columns.indexOf(column) !== i));
  const named = uses.map((use, i): Member => {
    const column = columns[i] ?? '';
    return { name: shared.has(column) ? `${use.name} ${column}` : column, use };
  });
  const keyOf = ({ name, use }: Member): string => `${name} ${JSON.stringify(use)}`;
  const sorted = named.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return sorted.map((member, i) => {
    const before = sorted.slice(0, i).filter(({ name }) => name === member.name).length;
    return before === 0 ? member : { ...member, name: `${member.name} ${before + 1}` };
  });
}

async function prepare(context: PlanContext, args: MultiTaskArguments) {
  checkSettings(id, args);
  const network = await onlyParent(context.parents).network();
  const uses = context.data.map((use) => augmented(use, args.augment));
  const [output = ''] = uses[0] === undefined ? [] : trainedOutputs(network, uses[0]);
  for (const use of uses) {
    checkInputs(network, use);
    if (use.targets[output] === undefined)
      throw new LineageError('data-unfit', {
        reason: `${use.name} has no target for the output ${output}, which the tasks share`,
      });
  }
  const members = membersOf(uses, output);
  const units = members.map(({ use }) => ({
    units: wantedUnits(use, output),
    gives: givenAt(use, output),
  }));
  const joint = multiHead(network, output, units, context.seed);
  const heads = members.flatMap(({ use }, task) => {
    const { member, output: name } = joint.heads[task] as TaskHead;
    const own = headsFor(member.network, use, args).filter((head) => head.output === output);
    return own.map((head) => ({ ...head, output: name }));
  });
  const own = { seed: context.seed, batchNorm: 'batch', dropout: 'as-in-network' } as const;
  const job = {
    network: joint.network,
    trainable: trainableWeights(joint.network),
    heads,
    settings: trainSettings(args, own),
  };
  const order = async (): Promise<JobOrder> => {
    const tasks = [];
    for (const [task, { name, use }] of members.entries()) {
      const { output: to } = joint.heads[task] as TaskHead;
      tasks.push({ name, data: await context.prepare(use), from: output, output: to });
    }
    return { ...job, data: joinTasks(tasks, args.stepsPerEpoch, context.seed) };
  };
  return { members, joint, job, order, output };
}

/** Trains several tasks together on one shared trunk. */
export const multiTask: CreationFunction = {
  id,
  version: 1,
  title: 'Multi-task',
  summary:
    'Trains several tasks at once on a shared trunk, each with its own last layer: one model for each task, of which all but the last layer is stored once.',
  scenario: 'multi-task',
  parents: { min: 1, max: 1, role: 'base' },
  data: { min: 2, max: Infinity },
  schema,
  unfit: unfitForTraining,

  async plan(context) {
    const args = typedArguments({ id, schema }, context.args);
    const { members, job, order } = await prepare(context, args);
    const names = members.map(({ name }) => name);
    const { node } = onlyParent(context.parents);
    return {
      steps: [
        `Give the model a new last layer for each of ${plural(members.length, 'task')} (${listed(names)}).`,
        `Train ${counted(parametersOf(job.network, job.trainable))} parameters together for ${plural(args.epochs, 'epoch')}.`,
        'Make a model for each task; they share all other layers.',
      ],
      models: names.map((name) => `${node.name}-${name}`),
      warnings: [],
      job: order,
      jobs: 1,
    };
  },

  async make(context) {
    const args = typedArguments({ id, schema }, context.args);
    const parent = onlyParent(context.parents);
    const { members, joint, order, output } = await prepare(context, args);
    const outcome = await context.train(id, await order());
    return members.map(({ name, use }, task): MadeModel => {
      const head = joint.heads[task] as TaskHead;
      return {
        name: `${parent.node.name}-${name}`,
        part: name,
        file: madeFile(parent, head.member.network, valuesOf(head, joint.heads, outcome)),
        parents: [{ from: { node: parent.node.id }, role: 'base' }],
        environment: outcome.report.environment,
        data: [use],
        outcome: ownOutcome(outcome.report, head.output, output),
        report: outcome.report,
      };
    });
  },
};

/** The trunk's new values, and those of the task's own head by their names in its file. */
function valuesOf(
  head: TaskHead,
  heads: readonly TaskHead[],
  { weights }: TrainOutcome,
): ReadonlyMap<string, Literal> {
  const others = new Set(heads.flatMap(({ joint }) => [...joint.values()]));
  const trunk = [...weights].filter(([name]) => !others.has(name));
  const own = [...head.joint].map(([name, joint]) => {
    const begun = head.member.network.initializers.get(name);
    return [name, (weights.get(joint) ?? begun) as Literal] as const;
  });
  return new Map([...trunk, ...own]);
}

/** Metrics of one task, its output named as in its own file. */
function ownOutcome(report: TrainReport, joint: string, output: string): Outcome {
  const own = (metrics: PartMetrics | undefined): PartMetrics | undefined => {
    const head = metrics?.heads.find((each) => each.output === joint);
    if (metrics === undefined || head === undefined) return undefined;
    return { ...metrics, loss: head.loss, heads: [{ ...head, output }] };
  };
  const { test, validation } = outcomeOf(report);
  const [ownTest, ownValidation] = [own(test), own(validation)];
  return {
    ...(ownTest === undefined ? {} : { test: ownTest }),
    ...(ownValidation === undefined ? {} : { validation: ownValidation }),
  };
}
