import type { StylesheetJson } from 'cytoscape';
import type { Tone } from '../work/work.ts';
import type { Look } from './renderer.ts';
import { toneColour, toneSigns } from './tones.ts';

/**
 * How a scene looks in Cytoscape. `data(…)` mappings only: functions would be called for every element
 * at every change.
 *
 * @param curved - whether edges are curves; straight ones are several times cheaper.
 */
export function cytoscapeStyle(look: Look, curved: boolean): StylesheetJson {
  return [...nodeStyle(look), ...toneStyle(look), ...edgeStyle(look, curved), ...markStyle(look)];
}

function nodeStyle(look: Look): StylesheetJson {
  return [
    {
      selector: 'node',
      style: {
        width: 'data(size)',
        height: 'data(size)',
        shape: 'ellipse',
        'background-color': 'data(colour)',
        'border-width': 2,
        'border-color': look.background,
        label: 'data(label)',
        color: look.text,
        'font-family': look.font,
        'font-size': 12,
        'min-zoomed-font-size': 5.5,
        'text-valign': 'bottom',
        'text-halign': 'center',
        'text-margin-y': 5,
        'text-max-width': 'data(room)',
        'text-wrap': 'ellipsis',
        'text-outline-color': look.background,
        'text-outline-width': 2.5,
        'overlay-opacity': 0,
        'z-index': 10,
      },
    },
    {
      selector: 'node[flow = "down"]',
      style: {
        'text-valign': 'center',
        'text-halign': 'right',
        'text-margin-x': 6,
        'text-margin-y': 0,
        'text-justification': 'left',
      },
    },
    ...foldedStyle(look),
  ];
}

function foldedStyle(look: Look): StylesheetJson {
  return [
    {
      selector: 'node[is = "stack"]',
      style: {
        shape: 'round-rectangle',
        ghost: 'yes',
        'ghost-offset-x': 5,
        'ghost-offset-y': -5,
        'ghost-opacity': 0.5,
        'text-wrap': 'wrap',
      },
    },
    {
      selector: 'node[is = "below"], node[is = "family"], node[is = "families"]',
      style: {
        shape: 'round-rectangle',
        width: 'data(width)',
        height: 30,
        'font-size': 16,
        'min-zoomed-font-size': 4.5,
        'background-color': look.surface,
        'border-width': 1.5,
        'border-style': 'dashed',
        'border-color': 'data(colour)',
        'text-valign': 'center',
        'text-margin-y': 0,
        'text-outline-width': 0,
        'font-weight': 600,
      },
    },
    { selector: 'node[is = "family"], node[is = "families"]', style: { 'font-size': 12 } },
    {
      selector: 'node[is = "below"][flow = "down"]',
      style: { 'text-halign': 'center', 'text-margin-x': 0, height: 26 },
    },
    {
      selector: 'node[is = "family"][flow = "down"], node[is = "families"][flow = "down"]',
      style: { height: 22, 'text-outline-width': 2.5 },
    },
  ];
}

/** A ring in the tone's colour; what is at work now stands out most. */
function toneStyle(look: Look): StylesheetJson {
  return (Object.keys(toneSigns) as Tone[]).map((tone) => ({
    selector: `node[tone = "${tone}"]`,
    style: {
      'border-width': tone === 'running' || tone === 'next' ? 5 : 4,
      'border-style': tone === 'waiting' || tone === 'candidate' ? 'dashed' : 'solid',
      'border-color': toneColour(tone, look),
      'font-weight': 700,
    },
  }));
}

function edgeStyle(look: Look, curved: boolean): StylesheetJson {
  return [
    {
      selector: 'edge',
      style: {
        'curve-style': 'straight',
        width: 1.8,
        'line-color': look.provenance,
        'target-arrow-color': look.provenance,
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.85,
        opacity: 0.85,
        'overlay-opacity': 0,
        color: look.text,
        'font-family': look.font,
        'font-size': 13,
        'font-weight': 700,
        'min-zoomed-font-size': 7,
        'text-outline-color': look.background,
        'text-outline-width': 3,
      },
    },
    ...(curved ? [curvedEdges] : []),
    {
      selector: 'edge[kind = "version"]',
      style: {
        'line-style': 'dashed',
        'line-dash-pattern': [6, 4],
        'line-color': look.version,
        'target-arrow-color': look.version,
        'target-arrow-shape': 'diamond',
      },
    },
    {
      selector: 'edge[grade = "inferred"]',
      style: { width: 1.1, 'target-arrow-fill': 'hollow', 'arrow-scale': 0.95 },
    },
    {
      selector: 'edge[?undecided]',
      style: { 'target-arrow-shape': 'none', label: '?' },
    },
    {
      selector: 'edge[grade = "re-derived"]',
      // A line of the background's colour inside an outline: two thin lines.
      style: { width: 1.8, 'line-outline-width': 1.3, 'line-color': look.background },
    },
    ...(['provenance', 'version'] as const).map((kind) => ({
      selector: `edge[grade = "re-derived"][kind = "${kind}"]`,
      style: { 'line-outline-color': look[kind], 'line-color': look.background },
    })),
  ];
}

const curvedEdges: StylesheetJson[number] = {
  selector: 'edge',
  style: {
    'curve-style': 'unbundled-bezier',
    'control-point-distances': 'data(distances)' as never,
    'control-point-weights': 'data(weights)' as never,
    'edge-distances': 'node-position',
  },
};

function markStyle(look: Look): StylesheetJson {
  return [
    {
      selector: 'node.matched',
      style: {
        'underlay-color': '#e8a400',
        'underlay-opacity': 0.45,
        'underlay-padding': 6,
        'font-weight': 700,
      },
    },
    {
      selector: 'node.selected',
      style: {
        'border-width': 3,
        'border-style': 'solid',
        'border-color': look.accent,
        'underlay-color': look.accent,
        'underlay-opacity': 0.25,
        'underlay-padding': 5,
        'font-weight': 700,
        'z-index': 20,
      },
    },
    { selector: 'node.dimmed', style: { opacity: 0.38 } },
    { selector: 'edge.dimmed', style: { opacity: 0.2 } },
    { selector: 'node.lit', style: { 'border-color': look.text } },
    { selector: 'edge.lit', style: { opacity: 1, width: 2.6, 'z-index': 15 } },
    {
      selector: 'node.focused',
      style: {
        'outline-width': 2.5,
        'outline-color': look.accent,
        'outline-offset': 4,
        'outline-opacity': 1,
        'z-index': 30,
      } as never,
    },
  ];
}
