import { sankey, sankeyCenter, sankeyJustify, type SankeyLink, type SankeyNode } from 'd3-sankey';
import { useMemo } from 'preact/hooks';
import { usePage } from '../context';
import { text_width, useWidth, wrap } from './measure';

export interface FlowNode { id: string; title: string; colour: string; layer?: number }
export interface Flow { source: string; target: string; value: number; title: string; colour: string }
type Node = SankeyNode<FlowNode, Flow>;
type Link = SankeyLink<FlowNode, Flow>;

const size = 12, line = 14, bar = 12;

interface Props {
  nodes: FlowNode[]; flows: Flow[]; label: string; show: (value: number) => string;
  /// 'sides': few columns, the outer labels in the margins. 'cells': many columns, each label to the right of its node.
  labels: 'sides' | 'cells';
}

/// A Sankey drawing of an acyclic set of flows.
export function Sankey({ nodes, flows, label, show, labels }: Props) {
  const page = usePage();
  const [frame, width] = useWidth();
  const drawn = useMemo(() => (flows.length ? layout(nodes, flows, width, labels, show) : null), [nodes, flows, width, labels]);
  return (
    <div ref={frame} class="drawing" role="img" aria-label={label}>
      {drawn && drawn.width > width + 1 && <p class="scroll-hint">↔ {page.text('scroll_hint')}</p>}
      <div class="scroll" tabIndex={drawn && drawn.width > width + 1 ? 0 : undefined}>
        {drawn && (
          <svg viewBox={`0 0 ${drawn.width} ${drawn.height}`} width={drawn.width} height={drawn.height}>
            {drawn.links.map((l) => (
              <path d={ribbon(l)} fill={l.colour} fill-opacity="0.42">
                <title>{`${l.title}: ${show(l.value)}`}</title>
              </path>
            ))}
            {drawn.boxes.map((b) => (
              <g>
                <rect x={b.x} y={b.y} width={bar} height={b.height} fill={b.colour}>
                  <title>{`${b.title}: ${b.value}`}</title>
                </rect>
                <text class="halo" x={b.label_x} text-anchor={b.anchor} font-size={size}>
                  {b.lines.map((t, k) => (
                    <tspan x={b.label_x} y={b.label_y + k * line} class={k >= b.value_line ? 'figure' : undefined}>{t}</tspan>
                  ))}
                </text>
              </g>
            ))}
          </svg>
        )}
      </div>
    </div>
  );
}

function layout(nodes: FlowNode[], flows: Flow[], frame: number, labels: Props['labels'], show: Props['show']) {
  const graph = () => ({ nodes: nodes.map((n) => ({ ...n })), links: flows.map((f) => ({ ...f })) });
  const make = () => sankey<FlowNode, Flow>().nodeId((n) => n.id).nodeWidth(bar).nodeAlign(labels === 'cells' ? sankeyCenter : sankeyJustify);
  // A first pass only to know the columns.
  const probe = make().extent([[0, 0], [1000, 1000]])(graph());
  const n_columns = 1 + Math.max(...probe.nodes.map((n) => n.layer ?? 0));
  const count = new Array<number>(n_columns).fill(0);
  const columns = new Map(probe.nodes.map((n) => [n.id, n.layer ?? 0]));
  for (const n of probe.nodes) ++count[n.layer ?? 0];

  const widest = (column: number) =>
    Math.max(0, ...probe.nodes.filter((n) => n.layer === column).map((n) => text_width(`${n.title}  ${show(n.value ?? 0)}`, size)));
  const side = labels === 'sides';
  const words = nodes.flatMap((n) => n.title.split(/[\s\u2e80-\u9fff\uff00-\uffef]+|(?<=-)/)).map((w) => text_width(w, size));
  const width = side ? frame : Math.max(frame, n_columns * Math.min(128, Math.max(106, ...words.map((w) => w + 30))));
  const narrow = side && frame < 600, limit = narrow ? 0.29 : 0.3;
  const left = side ? Math.min(widest(0) + 14, limit * width) : 2;
  const right = narrow ? 4 : side ? Math.min(widest(n_columns - 1) + 14, limit * 0.6 * width) : (width - 2) / n_columns - bar;
  const cell = n_columns > 1 ? (width - left - right - bar) / (n_columns - 1) - bar : width;
  const room = (column: number) => (side && column === 0 ? left - 10 : column === n_columns - 1 ? (narrow ? 170 : right - 10) : cell - 10);

  const text = (title: string, value: string, space: number) => {
    const whole = `${title}  ${value}`;
    if (text_width(whole, size) <= space) return { lines: [whole], value_line: 1 };
    const lines = wrap(title, space, size, 3);
    return { lines: [...lines, value], value_line: lines.length };
  };
  const n_lines = Math.max(...probe.nodes.map((n) => text(n.title, show(n.value ?? 0), room(columns.get(n.id)!)).lines.length));
  const padding = n_lines * line + 4;
  // On a narrow screen the product's label stands above the drawing.
  const ends = probe.nodes.filter((n) => n.layer === n_columns - 1);
  const top = narrow ? Math.max(...ends.map((n) => text(n.title, show(n.value ?? 0), room(n_columns - 1)).lines.length)) * line + 4 : padding / 2;
  const height = Math.max(...count) * padding + (narrow ? 190 : side ? 320 : 260);

  const result = make().nodePadding(padding).extent([[left, top], [width - right, height - padding / 2]]).iterations(32)(graph());
  const boxes = result.nodes.map((n: Node) => {
    const column = n.layer ?? 0, outer_left = side && column === 0, above = narrow && column === n_columns - 1;
    const value = show(n.value ?? 0), { lines, value_line } = text(n.title, value, room(column));
    const x = n.x0 ?? 0, y = n.y0 ?? 0, h = Math.max(1, (n.y1 ?? 0) - y);
    return {
      x, y, height: h, colour: n.colour, title: n.title, value, lines, value_line,
      anchor: outer_left || above ? 'end' as const : 'start' as const, label_x: outer_left ? x - 6 : above ? x + bar : x + bar + 5,
      label_y: above ? (ends.length > 1 ? y - 6 - (lines.length - 1) * line : size) : y + h / 2 - ((lines.length - 1) * line) / 2 + size * 0.36,
    };
  });
  return { width, height, links: result.links as Link[], boxes };
}

/// The area of a flow between its two nodes: it keeps its height however short and steep it is.
function ribbon(link: Link): string {
  const source = link.source as Node, target = link.target as Node;
  const x0 = source.x1!, x1 = target.x0!, middle = (x0 + x1) / 2, half = Math.max(0.5, (link.width ?? 0) / 2), y0 = link.y0!, y1 = link.y1!;
  return `M${x0} ${y0 - half}C${middle} ${y0 - half} ${middle} ${y1 - half} ${x1} ${y1 - half}V${y1 + half}C${middle} ${y1 + half} ${middle} ${y0 + half} ${x0} ${y0 + half}Z`;
}
