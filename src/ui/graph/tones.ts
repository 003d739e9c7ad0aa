import type { NodeId } from '../../core/ids.ts';
import type { ViewItem } from '../../core/graphView/viewPlan.ts';
import type { Mark, Tone } from '../work/work.ts';
import type { Look } from './renderer.ts';

/** A sign for each tone: colour alone tells not everybody. */
export const toneSigns: Readonly<Record<Tone, string>> = {
  good: '✓',
  bad: '✗',
  unknown: '?',
  candidate: '•',
  next: '▸',
  waiting: '…',
  running: '▸',
  done: '✓',
  stopped: '✗',
};

/** Which tone a folded item shows of its models': the one that asks for most attention. */
const order: readonly Tone[] = [
  'running', 'next', 'bad', 'stopped', 'candidate', 'unknown', 'waiting', 'done', 'good',
]; // prettier-ignore

export function toneColour(tone: Tone, look: Look): string {
  switch (tone) {
    case 'good':
    case 'done':
      return look.success;
    case 'bad':
    case 'stopped':
      return look.danger;
    case 'unknown':
    case 'candidate':
      return look.warning;
    case 'next':
    case 'running':
      return look.accent;
    case 'waiting':
      return look.muted;
  }
}

/** The tone of each drawn item that has one, by key. */
export function itemTones(
  items: readonly ViewItem[],
  marks: ReadonlyMap<NodeId, Mark>,
): ReadonlyMap<string, Tone> {
  const tones = new Map<string, Tone>();
  if (marks.size === 0) return tones;
  for (const { key, nodes } of items) {
    const ranks = nodes.flatMap((id) => {
      const mark = marks.get(id);
      return mark === undefined ? [] : [order.indexOf(mark.tone)];
    });
    const tone = order[Math.min(...ranks)];
    if (tone !== undefined) tones.set(key, tone);
  }
  return tones;
}

/** What the marks mean, most urgent first: a line for each label. Words after a colon are each model's own. */
export function standingLegend(
  marks: ReadonlyMap<NodeId, Mark>,
): readonly { readonly label: string; readonly tone: Tone; readonly models: number }[] {
  const lines = new Map<string, { label: string; tone: Tone; models: number }>();
  for (const { label: words, tone } of marks.values()) {
    const label = words.split(':')[0] ?? words;
    const line = lines.get(label) ?? { label, tone, models: 0 };
    line.models += 1;
    lines.set(label, line);
  }
  return [...lines.values()].sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone));
}
