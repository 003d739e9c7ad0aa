import { compareWithFile, exportLineage } from '../actions/branches.ts';
import { redo, undo } from '../actions/changeLineage.ts';
import { exportModels, exportSafetensors } from '../actions/exportModels.ts';
import { replay } from '../actions/makeModels.ts';
import { loadSample } from '../actions/loadSample.ts';
import { exportTestResults, runStale } from '../actions/testModels.ts';
import { checkIntegrity, findEdges, keepStorage } from '../actions/maintain.ts';
import type { NodeId } from '../../core/ids.ts';
import { startFrom } from '../create/startFrom.ts';
import { pickFiles } from '../import/pickFiles.ts';
import type { InspectorTab } from '../screen.ts';
import type { Session } from '../session.svelte.ts';

/** Something a person can do, by the palette, by keys, or typed. */
export interface Command {
  readonly id: string;
  readonly title: string;
  /** As `keys.ts` reads them. */
  readonly keys?: string;
  /** As it is typed, without arguments: `mgit fsck`. */
  readonly typed?: string;
  /** Whether it can be done now; always unless given. */
  readonly can?: (session: Session) => boolean;
  readonly run: (session: Session) => void;
}

const some = (session: Session) => session.selection.length > 0;
const one = (session: Session) => session.selection.length === 1;
const any = (session: Session) => session.graph.nodes.length > 0;

/** Brings a field that is drawn after this into focus. */
function focusSoon(id: string): void {
  setTimeout(() => {
    const element = document.getElementById(id);
    element?.focus();
    if (element instanceof HTMLButtonElement) element.click();
  });
}

function tabCommand(tab: InspectorTab, title: string): Command {
  return {
    id: `show-${tab}`,
    title,
    can: one,
    run: (session) => {
      const [id] = session.selection;
      if (id !== undefined) session.open(id, tab);
    },
  };
}

const files: readonly Command[] = [
  { id: 'import-files', title: 'Import files…', keys: 'mod+o', typed: 'import', run: (s) => void pickFiles(s, 'files') },
  { id: 'import-folder', title: 'Import a folder…', run: (s) => void pickFiles(s, 'folder') },
  { id: 'sample', title: 'Load the sample lineage', typed: 'sample', run: (s) => void loadSample(s) },
  { id: 'digits', title: 'Load digits to train on', typed: 'digits', run: (s) => void loadSample(s, 'digits') },
  { id: 'export', title: 'Export the selection', keys: 'mod+e', typed: 'export', can: some, run: (s) => void exportModels(s, s.selection) },
  { id: 'export-safetensors', title: 'Export as safetensors', can: one, run: (s) => { for (const id of s.selection) void exportSafetensors(s, id); } },
  { id: 'export-all', title: 'Export all models as zip', can: any, run: (s) => void exportModels(s, s.graph.nodes.map((node) => node.id)) },
]; // prettier-ignore

const lineage: readonly Command[] = [
  { id: 'undo', title: 'Undo', keys: 'mod+z', typed: 'undo', run: (s) => void undo(s) },
  { id: 'redo', title: 'Redo', keys: 'mod+shift+z', typed: 'redo', run: (s) => void redo(s) },
  { id: 'history', title: 'History of the lineage', typed: 'log', run: (s) => { s.show({ is: 'history' }); } },
  { id: 'rename', title: 'Rename the model', keys: 'f2', can: one, run: (s) => { s.pane = 'inspector'; focusSoon('rename'); } },
  { id: 'connect', title: 'Connect the model…', can: (s) => one(s) || s.selection.length === 2, run: (s) => {
    const [from, to] = s.selection;
    if (from !== undefined) s.show({ is: 'connect', from, ...(to === undefined ? {} : { to }) });
  } },
  { id: 'remove', title: 'Remove the selection…', keys: 'delete', can: some, run: (s) => { s.show({ is: 'remove', ids: s.selection }); } },
  { id: 'infer', title: 'Find edges among all models', typed: 'infer', can: any, run: (s) => void findEdges(s) },
  { id: 'infer-selection', title: 'Find edges of the selection', can: some, run: (s) => void findEdges(s, s.selection) },
  { id: 'select-all', title: 'Select all models', can: any, run: (s) => { s.select(s.graph.nodes.map((node) => node.id)); } },
]; // prettier-ignore

const made = (session: Session) => one(session) && session.selected[0]?.recipe !== undefined;

const making: readonly Command[] = [
  { id: 'create', title: 'New model from the selection…', keys: 'n', can: some, run: (s) => { s.show({ is: 'create', start: { order: { parents: s.selection } } }); } },
  { id: 'try', title: 'Try the model', keys: 't', can: one, run: (s) => { for (const id of s.selection) s.open(id, 'try'); } },
  { id: 'replay', title: 'Replay the model’s recipe', can: made, run: (s) => { for (const id of s.selection) void replay(s, id); } },
  { id: 'remake', title: 'Make another with the model’s settings…', can: (s) => made(s) && s.selected[0]?.recipe?.function !== 'merge', run: (s) => { for (const node of s.selected) s.show({ is: 'create', start: startFrom(node) }); } },
  { id: 'add-data', title: 'Add a data set…', run: (s) => { s.show({ is: 'add-dataset' }); } },
  { id: 'show-datasets', title: 'Show the data sets', run: (s) => { s.pane = 'models'; s.listing = 'datasets'; } },
]; // prettier-ignore

const tested = (session: Session) => session.graph.tests.length > 0;
const two = (session: Session) => session.selection.length === 2;
const withTwo = (session: Session, act: (a: NodeId, b: NodeId) => void): void => {
  const [a, b] = session.selection;
  if (a !== undefined && b !== undefined) act(a, b);
};
/** The first selected model as a member, where there is one. */
const first = <Key extends string>(session: Session, key: Key) => {
  const [id] = session.selection;
  return (id === undefined ? {} : { [key]: id }) as Partial<Record<Key, NodeId>>;
};

const working: readonly Command[] = [
  { id: 'compare', title: 'Compare the two selected models', keys: 'c', can: two, run: (s) => { withTwo(s, (a, b) => { s.openWork({ is: 'diff', a, b }); }); } },
  { id: 'merge', title: 'Merge the two selected models…', can: two, run: (s) => { withTwo(s, (x, y) => { s.openWork({ is: 'merge', x, y }); }); } },
  { id: 'tests', title: 'Tests of all models', typed: 'tests', can: any, run: (s) => { s.openWork({ is: 'tests' }); } },
  { id: 'tests-selection', title: 'Tests of the selection', can: some, run: (s) => { s.openWork({ is: 'tests', nodes: s.selection }); } },
  { id: 'new-test', title: 'New test…', can: any, run: (s) => { s.show({ is: 'test', start: {} }); } },
  { id: 'run-stale', title: 'Run stale tests', can: tested, run: (s) => void runStale(s) },
  { id: 'export-tests', title: 'Export test results as CSV', can: tested, run: (s) => void exportTestResults(s, 'csv') },
  { id: 'export-tests-json', title: 'Export test results as JSON', can: tested, run: (s) => void exportTestResults(s, 'json') },
  { id: 'export-tests-junit', title: 'Export test results as JUnit XML', can: tested, run: (s) => void exportTestResults(s, 'junit') },
  { id: 'search-fault', title: 'Find where a fault came from…', typed: 'bisect', can: any, run: (s) => { s.openSide({ is: 'search', ...first(s, 'node') }); } },
  { id: 'cascade', title: 'Update the descendants of a model…', typed: 'cascade', can: any, run: (s) => {
    const [, next] = s.selection;
    s.openSide({ is: 'cascade', ...first(s, 'old'), ...(next === undefined ? {} : { new: next }) });
  } },
  { id: 'lossy', title: 'Shrink with loss…', typed: 'lossy', can: any, run: (s) => { s.openWork({ is: 'lossy', ...(some(s) ? { nodes: s.selection } : {}) }); } },
  { id: 'branches', title: 'Branches…', typed: 'branch', run: (s) => { s.openWork({ is: 'branches' }); } },
  { id: 'new-branch', title: 'New branch at the model…', can: one, run: (s) => { s.openWork({ is: 'branches', adding: true }); } },
  { id: 'export-lineage', title: 'Export the lineage…', can: any, run: (s) => void exportLineage(s) },
  { id: 'compare-lineage', title: 'Compare with another lineage…', run: (s) => void compareWithFile(s) },
  { id: 'graph', title: 'Back to the graph', run: (s) => { s.work = undefined; s.pane = 'graph'; } },
]; // prettier-ignore

const view: readonly Command[] = [
  { id: 'palette', title: 'Command palette', keys: 'mod+k', run: (s) => { s.show({ is: 'palette' }); } },
  { id: 'search', title: 'Search models', keys: '/', run: (s) => { s.pane = 'models'; s.listing = 'models'; focusSoon('model-search'); } },
  { id: 'keys', title: 'Keyboard help', keys: '?', typed: 'help', run: (s) => { s.show({ is: 'keys' }); } },
  { id: 'theme', title: 'Theme: system, light, dark', keys: 'mod+shift+l', run: (s) => { s.theme.next(); } },
  tabCommand('overview', 'Show the overview'),
  tabCommand('recipe', 'Show the recipe'),
  tabCommand('tests', 'Show the model’s tests'),
  tabCommand('tensors', 'Show tensors'),
  tabCommand('layers', 'Show layers'),
  tabCommand('storage', 'Show what the model costs'),
  tabCommand('history', 'Show the model’s history'),
  tabCommand('evidence', 'Show the evidence'),
]; // prettier-ignore

const store: readonly Command[] = [
  { id: 'storage', title: 'Storage: where the bytes are', keys: 'b', typed: 'storage', run: (s) => { s.openWork({ is: 'storage' }); } },
  { id: 'repack', title: 'Repack: look for a smaller way to store', typed: 'repack', can: any, run: (s) => { s.openSide({ is: 'repack' }); } },
  { id: 'fsck', title: 'Check integrity', typed: 'fsck', run: (s) => void checkIntegrity(s) },
  { id: 'gc', title: 'Free space…', typed: 'gc', run: (s) => { s.show({ is: 'free-space' }); } },
  { id: 'persist', title: 'Ask the browser to keep the storage', run: (s) => void keepStorage(s) },
]; // prettier-ignore

/** Every command, in the order the palette shows them. */
export const commands: readonly Command[] = [
  ...files,
  ...making,
  ...working,
  ...lineage,
  ...view,
  ...store,
];
