import { Graph, layout as dagre_layout } from '@dagrejs/dagre';
import { useMemo, useState } from 'preact/hooks';
import { usePage } from '../context';
import { number_text, unit_text } from '../format';
import { unit_of, type Route, type Stream } from '../results';
import type { TextId } from '../texts';
import { back_links } from './graph';
import { text_width, useWidth, wrap } from './measure';

const box_width = 122, size = 12.5, line = 15, small = 11, small_line = 12.5, gap = 22;

interface Side { lines: string[]; y: number; title: string }
interface Box {
  x: number; y: number; width: number; height: number; lines: string[]; unit: string; colour: string; title: string;
  /// What enters on the left and leaves on the right without another box: text and the height of its arrow.
  feeds: Side[]; products: Side[]; left: number; right: number;
}
interface Point { x: number; y: number }
interface Line { points: Point[]; recycle: boolean; figure: string; at?: Point; title: string }

/// Units as boxes in layers from top to bottom, streams as lines, feeds and products as labels beside their box.
/// With `step`, only the units of that step: what comes from and goes to others is a label too.
export function Flowsheet({ route, step, selected, select }: { route: Route; step: string | null; selected: string | null; select: (unit: string) => void }) {
  const page = usePage();
  const [frame, width] = useWidth();
  const [zoom, set_zoom] = useState<number | null>(null);
  const drawn = useMemo(() => layout(route, step, page), [route, step, page]);
  // A part is readable as it stands; the whole of a large plant is first an overview.
  const fit = Math.min(1, Math.max(width / drawn.width, step === null && drawn.boxes.length > 20 ? 0.3 : 0.8));
  const scale = zoom ?? fit;
  const change = (factor: number) => set_zoom(Math.min(2.5, Math.max(0.3, scale * factor)));
  const arrow = (b: Box, s: Side, from: number) => `M${from} ${b.y + s.y}h${gap - 4}`;
  return (
    <div class="drawing flowsheet" ref={frame}>
      {drawn.boxes.length > 5 && <div class="tools">
        <button type="button" onClick={() => change(1.25)} aria-label={page.text('zoom_in')} title={page.text('zoom_in')}>+</button>
        <button type="button" onClick={() => change(0.8)} aria-label={page.text('zoom_out')} title={page.text('zoom_out')}>−</button>
        <button type="button" onClick={() => set_zoom(width / drawn.width)}>{page.text('zoom_fit')}</button>
        {drawn.width * scale > width + 1 && <span class="scroll-hint">↔ {page.text('scroll_hint')}</span>}
      </div>}
      <div class="scroll" tabIndex={0} role="group" aria-label={[page.text('flowsheet'), page.step(step)].filter(Boolean).join(': ')}>
        <svg viewBox={`0 0 ${drawn.width} ${drawn.height}`} width={drawn.width * scale} height={drawn.height * scale}>
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8 8 4 0 7.2z" fill="#4b5a55" /></marker>
            <marker id="arrow-recycle" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8 8 4 0 7.2z" fill="#a13d00" /></marker>
          </defs>
          {drawn.lines.map((l) => (
            <path d={curve(l.points)} class={l.recycle ? 'pipe recycle' : 'pipe'} marker-end={l.recycle ? 'url(#arrow-recycle)' : 'url(#arrow)'}><title>{l.title}</title></path>
          ))}
          {drawn.boxes.map((b) => {
            const x0 = b.x - b.width / 2, x1 = b.x + b.width / 2;
            return (
              <>
                {b.feeds.map((s) => <g class="feed"><title>{s.title}</title><path class="pipe" d={arrow(b, s, x0 - gap + 4)} marker-end="url(#arrow)" />
                  <Label lines={s.lines} x={x0 - gap} y={b.y + s.y} anchor="end" /></g>)}
                {b.products.map((s) => <g class="product"><title>{s.title}</title><path class="pipe" d={arrow(b, s, x1)} marker-end="url(#arrow)" />
                  <Label lines={s.lines} x={x1 + gap} y={b.y + s.y} anchor="start" /></g>)}
                <g class={b.unit === selected ? 'unit selected' : 'unit'} tabIndex={0} role="button" aria-pressed={b.unit === selected} aria-label={b.title}
                  onClick={() => select(b.unit)} onKeyDown={(e: KeyboardEvent) => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); select(b.unit); } }}>
                  <title>{b.title}</title>
                  <rect class="body" x={x0} y={b.y - b.height / 2} width={b.width} height={b.height} rx="4" fill={b.colour} fill-opacity="0.12" stroke={b.colour} />
                  <rect x={x0} y={b.y - b.height / 2} width="6" height={b.height} fill={b.colour} />
                  <text text-anchor="middle" font-size={size}>
                    {b.lines.map((t, k) => <tspan x={b.x + 3} y={b.y + (k - (b.lines.length - 1) / 2) * line + 4.3}>{t}</tspan>)}
                  </text>
                </g>
              </>
            );
          })}
          {drawn.lines.map((l) => l.at && <text class="halo figure" x={l.at.x} y={l.at.y + 4} text-anchor="middle" font-size={small}>{l.figure}<title>{l.title}</title></text>)}
        </svg>
      </div>
    </div>
  );
}

function Label({ lines, x, y, anchor }: { lines: string[]; x: number; y: number; anchor: 'start' | 'end' }) {
  return <text class="halo" text-anchor={anchor} font-size={small}>{lines.map((t, k) => <tspan x={x} y={y + (k - (lines.length - 1) / 2) * small_line + 3.8}>{t}</tspan>)}</text>;
}

function layout(route: Route, step: string | null, page: ReturnType<typeof usePage>) {
  const units = route.units ?? {};
  const ends = (route.streams ?? []).map((stream) => ({ stream, source: unit_of(stream.from, units), target: unit_of(stream.to, units) }));
  const all = [...new Set([...Object.keys(units), ...ends.flatMap((l) => [l.source, l.target])])].filter((n): n is string => n !== null);
  const names = all.filter((n) => step === null || units[n]?.step === step), shown = new Set<string | null>(names);
  const inner = ends.filter((l) => shown.has(l.source) && shown.has(l.target) && l.source !== l.target) as { stream: Stream; source: string; target: string }[];
  const recycles = new Set<unknown>(back_links(names, inner, (l) => l.stream.mass?.value ?? 0));
  const figure = (s: Stream) => (s.mass?.value === null || s.mass?.value === undefined ? '' : number_text(s.mass.value, 3));
  const unit_title = (n: string) => page.title(units[n]?.title, n);

  const boxes = new Map<string, Box>();
  for (const name of names) {
    const title = unit_title(name), lines = wrap(title, box_width - 16, size, 4);
    const side = (mine: typeof ends, other: 'source' | 'target', text: TextId): Side[] =>
      mine.map((l) => {
        const far = l[other], own = far === null ? page.title(l.stream.title, l.stream.name ?? l.stream.id) : page.text(text, unit_title(far)), mass = figure(l.stream);
        return { lines: wrap(`${own} ${mass}`.trim(), 112, small, 3, 150), y: 0, title: `${own}${mass ? ` · ${mass} ${unit_text(l.stream.mass?.unit)}` : ''}` };
      });
    const feeds = side(ends.filter((l) => l.target === name && !shown.has(l.source)), 'source', 'flow_from');
    const products = side(ends.filter((l) => l.source === name && !shown.has(l.target)), 'target', 'flow_to');
    const column = (list: Side[]) => {
      const high = list.map((s) => s.lines.length * small_line + 3), total = high.reduce((a, h) => a + h, 0);
      let y = -total / 2;
      list.forEach((s, k) => { s.y = y + high[k] / 2; y += high[k]; });
      return { total, wide: list.length ? gap + Math.max(...list.flatMap((s) => s.lines.map((t) => text_width(t, small)))) + 4 : 0 };
    };
    const left = column(feeds), right = column(products);
    boxes.set(name, { x: 0, y: 0, width: box_width, height: Math.max(lines.length * line + 16, left.total + 4, right.total + 4), lines, unit: name,
      colour: page.step_colour(units[name]?.step), title, feeds, products, left: left.wide, right: right.wide });
  }

  const tied = new Set(inner.flatMap((l) => [l.source, l.target]));
  const arrange = (ranker: string, align: string | undefined, loop_weight: number) => {
    const graph = new Graph({ multigraph: true });
    graph.setGraph({ rankdir: 'TB', nodesep: 20, edgesep: 14, ranksep: 26, marginx: 8, marginy: 8, ranker, align });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const [name, b] of boxes) if (tied.has(name)) graph.setNode(name, { width: b.left + b.width + b.right, height: b.height });
    inner.forEach((l, k) => {
      const recycle = recycles.has(l), text = figure(l.stream);
      const title = `${page.title(l.stream.title, l.stream.name ?? l.stream.id)}${text ? ` · ${text} ${unit_text(l.stream.mass?.unit)}` : ''}`;
      const label = text ? { width: text_width(text, small) + 6, height: 13, labelpos: 'c' } : {};
      graph.setEdge(recycle ? l.target : l.source, recycle ? l.source : l.target, { ...label, figure: text, recycle, title, weight: recycle ? loop_weight : 4 }, String(k));
    });
    if (!tied.size) return { graph, width: 0, height: 0, cost: 0 };
    dagre_layout(graph as never);
    const extent = graph.graph() as never as { width: number; height: number };
    const run = (points: Point[]) => points.reduce((a, p, k) => a + (k ? Math.abs(p.x - points[k - 1].x) : 0), 0);
    return { graph, ...extent, cost: extent.width + 0.15 * graph.edges().reduce((a, e) => a + run((graph.edge(e) as never as Line).points), 0) };
  };
  // Which settings give the narrower drawing with the shorter lines depends on the plant.
  const trials = ['network-simplex', 'longest-path'].flatMap((ranker) => [undefined, 'UL'].flatMap((align) => [4, 1].map((weight) => arrange(ranker, align, weight))));
  let { graph, width, height } = trials.reduce((a, b) => (b.cost < a.cost ? b : a));
  for (const name of tied) {
    const b = boxes.get(name)!, node = graph.node(name) as never as Point;
    b.x = node.x + (b.left - b.right) / 2;
    b.y = node.y;
  }
  const edges = graph.edges().map((e) => ({ upper: boxes.get(e.v)!, lower: boxes.get(e.w)!, ...(graph.edge(e) as never as { points: Point[]; x?: number; y?: number; figure: string; recycle: boolean; title: string }) }));
  for (const b of boxes.values()) {
    dock(b, edges.filter((e) => e.upper === b), 'lower');
    dock(b, edges.filter((e) => e.lower === b), 'upper');
  }
  const lines: Line[] = edges.map((e) => ({ points: e.recycle ? [...e.points].reverse() : e.points, recycle: e.recycle, figure: e.figure, title: e.title,
    at: e.figure && e.x !== undefined ? { x: e.x, y: e.y! } : undefined }));

  // Units that exchange no stream with another box stand in rows below.
  let x = 8, y = height + (height ? 14 : 8), tallest = 0;
  const limit = Math.max(width, 1100);
  for (const b of boxes.values()) {
    if (tied.has(b.unit)) continue;
    const space = b.left + b.width + b.right;
    if (x > 8 && x + space > limit) [x, y, tallest] = [8, y + tallest + 14, 0];
    b.x = x + b.left + b.width / 2;
    b.y = y + b.height / 2;
    x += space + 24;
    tallest = Math.max(tallest, b.height);
    width = Math.max(width, x - 16);
    height = Math.max(height, y + tallest + 8);
  }
  place_figures(lines, [...boxes.values()]);
  return { boxes: [...boxes.values()], lines, width: Math.ceil(width), height: Math.ceil(height) };
}

/// Puts the ends of the edges on the lower or upper side of a box, right below or above where they come from if there is room.
function dock(box: Box, edges: { points: Point[] }[], way: 'lower' | 'upper') {
  const last = way === 'upper', sign = last ? -1 : 1, reach = 0.5 * box.width - 14, apart = Math.min(18, (2 * reach) / Math.max(1, edges.length - 1));
  const order = edges.map((e) => ({ e, x: (last ? e.points[e.points.length - 2] : e.points[1]).x })).sort((a, b) => a.x - b.x);
  order.forEach((o, k) => { o.x = Math.max(o.x, k ? order[k - 1].x + apart : box.x - reach); });
  for (let k = order.length - 1; k >= 0; --k) order[k].x = Math.min(order[k].x, k < order.length - 1 ? order[k + 1].x - apart : box.x + reach);
  for (const { e, x } of order) {
    const end = { x, y: box.y + (sign * box.height) / 2 }, stub = { x, y: end.y + sign * 11 };
    e.points = last ? [...e.points.slice(0, -1), stub, end] : [end, stub, ...e.points.slice(1)];
  }
}

const middle = (p: Point, q: Point) => ({ x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 });

/// Points along the smooth line that `curve` draws.
function along(points: Point[]): Point[] {
  const out: Point[] = [];
  const piece = (a: Point, c: Point, b: Point) => {
    for (let k = 1; k < 12; ++k) {
      const t = k / 12, s = 1 - t;
      out.push({ x: s * s * a.x + 2 * s * t * c.x + t * t * b.x, y: s * s * a.y + 2 * s * t * c.y + t * t * b.y });
    }
  };
  for (let i = 1; i < points.length - 1; ++i)
    piece(i === 1 ? points[0] : middle(points[i - 1], points[i]), points[i], i === points.length - 2 ? points[i + 1] : middle(points[i], points[i + 1]));
  if (points.length === 2) piece(points[0], middle(points[0], points[1]), points[1]);
  return out;
}

/// Puts each figure on its line, near the place the layout kept for it, where it covers no box and no other figure.
function place_figures(lines: Line[], boxes: Box[]) {
  const taken = boxes.map((b) => ({ x: b.x + (b.right - b.left) / 2, y: b.y, w: (b.left + b.width + b.right) / 2, h: b.height / 2 }));
  for (const l of lines) {
    if (!l.at) continue;
    const want = l.at, w = text_width(l.figure, small) / 2 + 3, h = 8;
    const spots = along(l.points).sort((p, q) => Math.hypot(p.x - want.x, p.y - want.y) - Math.hypot(q.x - want.x, q.y - want.y));
    l.at = spots.find((p) => taken.every((t) => Math.abs(t.x - p.x) > t.w + w || Math.abs(t.y - p.y) > t.h + h)) ?? spots[0] ?? want;
    taken.push({ ...l.at, w, h });
  }
}

/// A smooth line through the layout's bends: quadratic pieces that meet half-way between them.
function curve(points: Point[]): string {
  if (points.length < 3) return `M${points.map((p) => `${p.x} ${p.y}`).join('L')}`;
  let d = `M${points[0].x} ${points[0].y}`;
  for (let i = 1; i < points.length - 1; ++i) {
    const p = points[i], last = i === points.length - 2;
    const end = last ? points[i + 1] : middle(p, points[i + 1]);
    d += `Q${p.x} ${p.y} ${end.x} ${end.y}`;
  }
  return d;
}
