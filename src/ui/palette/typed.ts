import type { DatasetRecord } from '../../core/data/dataset.ts';
import type { DatasetId, NodeId } from '../../core/ids.ts';
import type { EdgeKind, GraphData, ModelNode } from '../../core/lineage/graph.ts';
import type { Mgit } from '../mgit.ts';
import type { Side, Work } from '../work/work.ts';

/** A command typed with its arguments, understood: what it would do, and the doing of it. */
export interface TypedCommand {
  readonly title: string;
  /** Absent when an argument is missing or names no model: `title` then says what is expected. */
  readonly run?: (mgit: Mgit) => Promise<unknown>;
  /** What is done on the screen instead: a run that is followed there, a tab that is opened. */
  readonly act?: TypedAct;
}

/** Something typed that the screen does. */
export type TypedAct =
  | {
      readonly is: 'create';
      readonly function: string;
      readonly parents: readonly NodeId[];
      readonly data: readonly DatasetId[];
    }
  | { readonly is: 'replay'; readonly node: NodeId }
  | { readonly is: 'try'; readonly node: NodeId }
  | { readonly is: 'work'; readonly work: Work }
  | { readonly is: 'side'; readonly side: Side };

interface Form {
  readonly usage: string;
  readonly read: (
    args: readonly string[],
    find: Find,
    findData: FindData,
  ) => TypedCommand | undefined;
}

type Find = (name: string | undefined) => ModelNode | undefined;
type FindData = (name: string | undefined) => DatasetRecord | undefined;

/** Words, with quotes around those that hold spaces. */
export function words(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

const kindOf = (text: string | undefined): EdgeKind | undefined =>
  text === 'provenance' || text === 'version' ? text : undefined;

type Joining = 'connect' | 'disconnect' | 'confirm' | 'reverse' | 'reject';

function joining(method: Joining): Form {
  return {
    usage: `${method} provenance|version <from> <to>`,
    read: ([kindText, fromName, toName], find) => {
      const [kind, from, to] = [kindOf(kindText), find(fromName), find(toName)];
      if (!kind || !from || !to) return undefined;
      return {
        title: `${method} ${kind}: ${from.name} → ${to.name}`,
        run: (mgit) => mgit[method](kind, from.id, to.id),
      };
    },
  };
}

function named(
  usage: string,
  least: number,
  title: (node: ModelNode, rest: readonly string[]) => string,
  run: (mgit: Mgit, id: NodeId, rest: readonly string[]) => Promise<unknown>,
): Form {
  return {
    usage,
    read: ([name, ...rest], find) => {
      const node = find(name);
      if (!node || rest.length < least) return undefined;
      return { title: title(node, rest), run: (mgit) => run(mgit, node.id, rest) };
    },
  };
}

/** `create finetune <model>… --data <name>…`: names of models until `--data`, of data sets after it. */
const create: Form = {
  usage: 'create <function> <model>… --data <data set>…',
  read: ([fn = '', ...names], find, findData) => {
    const at = names.indexOf('--data');
    const parents = (at < 0 ? names : names.slice(0, at)).map(find);
    const data = (at < 0 ? [] : names.slice(at + 1).filter((name) => name !== '--data')).map(
      findData,
    );
    if (fn === '' || parents.length === 0 || (at >= 0 && data.length === 0)) return undefined;
    if (parents.includes(undefined) || data.includes(undefined)) return undefined;
    const found = parents.filter((node) => node !== undefined);
    const sets = data.filter((record) => record !== undefined);
    const on = sets.length === 0 ? '' : ` on ${sets.map(({ name }) => name).join(', ')}`;
    return {
      title: `${fn} ${found.map(({ name }) => name).join(', ')}${on}`,
      act: {
        is: 'create',
        function: fn,
        parents: found.map(({ id }) => id),
        data: sets.map(({ id }) => id),
      },
    };
  },
};

function onScreen(is: 'replay' | 'try'): Form {
  return {
    usage: `${is} <model>`,
    read: ([name], find) => {
      const node = find(name);
      return node && { title: `${is} ${node.name}`, act: { is, node: node.id } };
    },
  };
}

/** `<verb> <model> <model>`: opens a view of the two. */
function ofTwo(verb: string, act: (a: NodeId, b: NodeId) => TypedAct): Form {
  return {
    usage: `${verb} <model> <model>`,
    read: ([first, second], find) => {
      const [a, b] = [find(first), find(second)];
      return a && b && { title: `${verb} ${a.name} and ${b.name}`, act: act(a.id, b.id) };
    },
  };
}

/** `<verb> <model>…`: opens a view of them. */
function ofSome(verb: string, act: (first: NodeId, all: readonly NodeId[]) => TypedAct): Form {
  return {
    usage: `${verb} <model>…`,
    read: (names, find) => {
      const found = names.map(find).filter((node) => node !== undefined);
      const [first] = found;
      if (first === undefined || found.length < names.length) return undefined;
      return {
        title: `${verb} ${found.map(({ name }) => name).join(', ')}`,
        act: act(
          first.id,
          found.map(({ id }) => id),
        ),
      };
    },
  };
}

const forms: Readonly<Record<string, Form>> = {
  rename: named(
    'rename <model> <new name>',
    1,
    (node, rest) => `rename ${node.name} to ${rest.join(' ')}`,
    (mgit, id, rest) => mgit.rename(id, rest.join(' ')),
  ),
  tag: named(
    'tag <model> <tag>…',
    1,
    (node, rest) => `tag ${node.name}: ${rest.join(', ')}`,
    (mgit, id, rest) => mgit.tag(id, rest),
  ),
  untag: named(
    'untag <model> <tag>…',
    1,
    (node, rest) => `take tags off ${node.name}: ${rest.join(', ')}`,
    (mgit, id, rest) => mgit.tag(id, [], rest),
  ),
  annotate: named(
    'annotate <model> <notes>',
    1,
    (node) => `write the notes of ${node.name}`,
    (mgit, id, rest) => mgit.annotate(id, rest.join(' ')),
  ),
  type: named(
    'type <model> <model type>',
    0,
    (node, rest) => `model type of ${node.name}: ${rest.join(' ') || 'none'}`,
    (mgit, id, rest) => mgit.setModelType(id, rest.join(' ') || undefined),
  ),
  rm: named(
    'rm <model>',
    0,
    (node) => `remove ${node.name}, its children stay`,
    (mgit, id) => mgit.remove(id, { orphans: 'reattach' }),
  ),
  create,
  replay: onScreen('replay'),
  try: onScreen('try'),
  diff: ofTwo('diff', (a, b) => ({ is: 'work', work: { is: 'diff', a, b } })),
  merge: ofTwo('merge', (x, y) => ({ is: 'work', work: { is: 'merge', x, y } })),
  cascade: ofTwo('cascade', (old, newer) => ({
    is: 'side',
    side: { is: 'cascade', old, new: newer },
  })),
  test: ofSome('test', (_first, nodes) => ({ is: 'work', work: { is: 'tests', nodes } })),
  lossy: ofSome('lossy', (_first, nodes) => ({ is: 'work', work: { is: 'lossy', nodes } })),
  bisect: ofSome('bisect', (node) => ({ is: 'side', side: { is: 'search', node } })),
  branch: {
    usage: 'branch <name> <model>',
    read: ([name = '', model], find) => {
      const node = find(model);
      return (
        node && {
          title: `branch ${name} at ${node.name}`,
          run: (mgit) => mgit.addBranch(name, node.id),
        }
      );
    },
  },
  connect: joining('connect'),
  disconnect: joining('disconnect'),
  confirm: joining('confirm'),
  reverse: joining('reverse'),
  reject: joining('reject'),
};

/** What `text` says as a command of MGit with arguments; undefined when it is none. */
export function readTyped(
  text: string,
  { nodes, datasets }: Pick<GraphData, 'nodes' | 'datasets'>,
): TypedCommand | undefined {
  const all = words(text);
  const [verb = '', ...args] = all[0] === 'mgit' ? all.slice(1) : all;
  const form = Object.hasOwn(forms, verb) ? forms[verb] : undefined;
  if (form === undefined) return undefined;
  const find: Find = (name) => nodes.find((node) => node.name === name || node.id === name);
  const findData: FindData = (name) =>
    datasets.find((record) => record.name === name || record.id === name);
  return form.read(args, find, findData) ?? { title: `Expected: mgit ${form.usage}` };
}
