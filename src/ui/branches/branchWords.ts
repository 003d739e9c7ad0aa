import type { BranchView, LineageComparison, LineageMatch } from '../../core/branchViews.ts';
import { counted } from '../format.ts';

/** How a branch stands, in words, and whether that wants something done. */
export function standingText(
  { standing, other }: BranchView,
  nameOf: (id: BranchView['head']) => string,
): { readonly text: string; readonly tone: 'calm' | 'behind' | 'fork' } {
  if (other?.is === 'diverged')
    return { text: `gone another way than ${other.name} (${nameOf(other.head)})`, tone: 'fork' };
  if (other?.is === 'ahead')
    return { text: `behind ${other.name} (${nameOf(other.head)})`, tone: 'behind' };
  if (standing.is === 'head') return { text: 'at the newest version', tone: 'calm' };
  const by = counted(standing.by, 'newer version');
  if (standing.is === 'behind')
    return { text: `${by}, up to ${nameOf(standing.forward)}`, tone: 'behind' };
  return { text: `${by}, which fork: ${standing.heads.map(nameOf).join(', ')}`, tone: 'fork' };
}

/** How their branch stands to ours. */
export const branchStates: Readonly<Record<LineageComparison['branches'][number]['is'], string>> = {
  same: 'the same on both sides',
  'ours-ahead': 'ahead here',
  'theirs-ahead': 'ahead there: moves forward',
  diverged: 'gone two ways: theirs is kept beside ours',
  'ours-only': 'only here',
  'theirs-only': 'new: comes along',
};

/** The groups of a comparison, in the order in which they are shown. */
export function groupsOf(comparison: LineageComparison): readonly {
  readonly id: 'theirs' | 'ours' | 'shared';
  readonly title: string;
  readonly matches: readonly LineageMatch[];
}[] {
  const { matches } = comparison;
  return [
    {
      id: 'theirs',
      title: 'Only there',
      matches: matches.filter(({ ours }) => ours === undefined),
    },
    {
      id: 'ours',
      title: 'Only here',
      matches: matches.filter(({ theirs }) => theirs === undefined),
    },
    { id: 'shared', title: 'Shared', matches: matches.filter(({ is }) => is === 'shared') },
  ];
}

/** What the other lineage adds besides models: "3 edges, 1 branch". */
export function addsText({ edges, branches, datasets, tests }: LineageComparison): string {
  const news = branches.filter(
    ({ is, noted }) => is.startsWith('theirs') || (is === 'diverged' && noted !== true),
  ).length;
  return [
    edges.theirs > 0 ? counted(edges.theirs, 'edge') : '',
    news > 0 ? counted(news, 'branch', 'branches') : '',
    datasets.length > 0 ? counted(datasets.length, 'data set') : '',
    tests.length > 0 ? counted(tests.length, 'test') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Names that are told before the rest is only counted. */
const toldNames = 5;

export function clashesText({ nameClashes: names }: LineageComparison): string {
  const told = names.slice(0, toldNames).join(', ');
  const more = names.length > toldNames ? ` and ${names.length - toldNames} more` : '';
  return names.length === 1
    ? `The name ${told} means another model here: theirs gets “(theirs)” added.`
    : `${names.length} names mean other models here, and theirs get “(theirs)” added: ${told}${more}.`;
}

/** What a person should know of a model in a comparison, besides its name. */
export function matchNotes({ theirName, is, removed, available }: LineageMatch): string {
  return [
    theirName === undefined ? '' : `there: ${theirName}`,
    is === 'forked' ? 'changed on both sides' : '',
    removed === true ? 'removed here' : '',
    available ? '' : 'its bytes are not in the file',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
