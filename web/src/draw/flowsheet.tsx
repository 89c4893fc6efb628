import { Graph, layout as dagre_layout } from '@dagrejs/dagre';
import { useMemo, useState } from 'preact/hooks';
import { usePage } from '../context';
import { number_text, unit_text } from '../format';
import { unit_of, type Route, type Stream } from '../results';
import { back_links } from './graph';
import { text_width, useWidth, wrap } from './measure';

const box_width = 138, size = 12.5, line = 15, small = 11;

interface Box { x: number; y: number; width: number; height: number; lines: string[]; unit?: string; colour?: string; title: string; kind: 'unit' | 'feed' | 'product' }
interface Point { x: number; y: number }
interface Line { points: Point[]; recycle: boolean; figure: string; at?: Point; title: string }

/// Units as boxes in layers from top to bottom, streams as lines, feeds and products as small labels.
export function Flowsheet({ route, selected, select }: { route: Route; selected: string | null; select: (unit: string) => void }) {
  const page = usePage();
  const [frame, width] = useWidth();
  const [zoom, set_zoom] = useState<number | null>(null);
  const drawn = useMemo(() => layout(route, page), [route, page]);
  const fit = Math.min(1, Math.max(width / drawn.width, 0.8));
  const scale = zoom ?? fit;
  const change = (factor: number) => set_zoom(Math.min(2.5, Math.max(0.3, scale * factor)));
  return (
    <div class="drawing flowsheet" ref={frame}>
      <div class="tools">
        <button type="button" onClick={() => change(1.25)} aria-label={page.text('zoom_in')} title={page.text('zoom_in')}>+</button>
        <button type="button" onClick={() => change(0.8)} aria-label={page.text('zoom_out')} title={page.text('zoom_out')}>−</button>
        <button type="button" onClick={() => set_zoom(width / drawn.width)}>{page.text('zoom_fit')}</button>
        {drawn.width * scale > width + 1 && <span class="scroll-hint">↔ {page.text('scroll_hint')}</span>}
      </div>
      <div class="scroll" tabIndex={0} role="group" aria-label={page.text('flowsheet')}>
        <svg viewBox={`0 0 ${drawn.width} ${drawn.height}`} width={drawn.width * scale} height={drawn.height * scale}>
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8 8 4 0 7.2z" fill="#4b5a55" /></marker>
            <marker id="arrow-recycle" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8 8 4 0 7.2z" fill="#a13d00" /></marker>
          </defs>
          {drawn.lines.map((l) => (
            <path d={curve(l.points)} class={l.recycle ? 'pipe recycle' : 'pipe'} marker-end={l.recycle ? 'url(#arrow-recycle)' : 'url(#arrow)'}><title>{l.title}</title></path>
          ))}
          {drawn.lines.map((l) => l.at && <text class="halo figure" x={l.at.x} y={l.at.y + 4} text-anchor="middle" font-size={small}>{l.figure}<title>{l.title}</title></text>)}
          {drawn.boxes.map((b) => (
            <g
              class={b.unit ? (b.unit === selected ? 'unit selected' : 'unit') : b.kind}
              {...(b.unit ? { tabIndex: 0, role: 'button', 'aria-pressed': b.unit === selected, 'aria-label': b.title,
                onClick: () => select(b.unit!), onKeyDown: (e: KeyboardEvent) => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); select(b.unit!); } } } : {})}
            >
              <title>{b.title}</title>
              {b.unit && <rect class="body" x={b.x - b.width / 2} y={b.y - b.height / 2} width={b.width} height={b.height} rx="4" fill={b.colour} fill-opacity="0.12" stroke={b.colour} />}
              {b.unit && <rect x={b.x - b.width / 2} y={b.y - b.height / 2} width="6" height={b.height} fill={b.colour} />}
              <text text-anchor="middle" font-size={b.unit ? size : small} class={b.unit ? undefined : 'halo'}>
                {b.lines.map((t, k) => <tspan x={b.x + (b.unit ? 3 : 0)} y={b.y + (k - (b.lines.length - 1) / 2) * (b.unit ? line : 13) + 4.3}>{t}</tspan>)}
              </text>
            </g>
          ))}
        </svg>
      </div>
    </div>
  );
}

function layout(route: Route, page: ReturnType<typeof usePage>) {
  const units = route.units ?? {};
  const links = (route.streams ?? []).map((stream) => ({ stream, source: unit_of(stream.from, units), target: unit_of(stream.to, units) }));
  const names = [...new Set([...Object.keys(units), ...links.flatMap((l) => [l.source, l.target])])].filter((n): n is string => n !== null);
  const inner = links.filter((l) => l.source !== null && l.target !== null) as { stream: Stream; source: string; target: string }[];
  const recycles = new Set<unknown>(back_links(names, inner, (l) => l.stream.mass?.value ?? 0));

  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 22, edgesep: 16, ranksep: 26, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const boxes = new Map<string, Omit<Box, 'x' | 'y'>>();
  const add = (id: string, box: Omit<Box, 'x' | 'y'>) => {
    boxes.set(id, box);
    graph.setNode(id, { width: box.width, height: box.height });
  };
  for (const name of names) {
    const title = page.title(units[name]?.title, name), lines = wrap(title, box_width - 22, size, 4);
    add(`unit:${name}`, { width: box_width, height: lines.length * line + 16, lines, unit: name, colour: page.step_colour(units[name]?.step), title, kind: 'unit' });
  }
  const figure = (s: Stream) => (s.mass?.value === null || s.mass?.value === undefined ? '' : number_text(s.mass.value, 3));
  links.forEach((l, k) => {
    const s = l.stream, mass = figure(s), title = page.title(s.title, s.name ?? s.id);
    const outer = l.source === null || l.target === null;
    const full = `${title}${mass ? ` · ${mass} ${unit_text(s.mass?.unit)}` : ''}`;
    if (outer) {
      const lines = [...wrap(title, 104, small, 3, 150), ...(mass ? [mass] : [])];
      add(`end:${k}`, { width: Math.max(...lines.map((t) => text_width(t, small))) + 6, height: lines.length * 13 + 2, lines, title: full, kind: l.source === null ? 'feed' : 'product' });
    }
    const from = l.source === null ? `end:${k}` : `unit:${l.source}`, to = l.target === null ? `end:${k}` : `unit:${l.target}`;
    if (from === to) return;
    const recycle = recycles.has(l);
    const text = outer ? '' : mass;
    const label = text ? { width: text_width(text, small) + 6, height: 13, labelpos: 'c' } : {};
    graph.setEdge(recycle ? to : from, recycle ? from : to, { ...label, figure: text, recycle, title: full, weight: recycle ? 1 : outer ? 2 : 4 }, String(k));
  });
  dagre_layout(graph as never);
  const lines: Line[] = graph.edges().map((e) => {
    const edge = graph.edge(e) as never as { points: Point[]; x?: number; y?: number; figure: string; recycle: boolean; title: string };
    return { points: edge.recycle ? [...edge.points].reverse() : edge.points, recycle: edge.recycle, figure: edge.figure, title: edge.title,
      at: edge.figure && edge.x !== undefined ? { x: edge.x, y: edge.y! } : undefined };
  });
  const placed: Box[] = [...boxes].map(([id, b]) => ({ ...b, ...(graph.node(id) as never as { x: number; y: number }) }));
  place_figures(lines, placed);
  const extent = graph.graph() as never as { width: number; height: number };
  return { boxes: placed, lines, width: Math.ceil(extent.width), height: Math.ceil(extent.height) };
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
  const taken = boxes.map((b) => ({ x: b.x, y: b.y, w: b.width / 2, h: b.height / 2 }));
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
