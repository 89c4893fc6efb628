import { useMemo, useState } from 'preact/hooks';
import { usePage } from '../context';
import { Exports } from '../draw/export';
import { back_links } from '../draw/graph';
import { Sankey, type Flow, type FlowNode } from '../draw/sankey';
import { number_text, percent_text, unit_text, with_unit } from '../format';
import { outside } from '../palette';
import { route_names, unit_of, type Item, type Quantity, type Results, type Stream } from '../results';
import { summed } from './contributions';
import { Choice, RouteName, RouteTabs, Section, StepLegend } from './common';

type Measure = 'carbon' | 'energy' | 'water' | 'cost';

/// What an item carries of a measure, per functional unit.
function carried_by(item: Item, what: Measure): Quantity | undefined {
  if (item.kind === 'product') return undefined;
  if (what === 'carbon') return item.impacts?.gwp100;
  if (what === 'cost') return item.cost;
  if (what === 'energy') return item.kind === 'energy' ? item.energy : undefined;
  return item.kind === 'water' ? item.per_fu : undefined;
}

/// Inputs -> steps -> product, by what the reader chooses. Small inputs are drawn together.
export function InputFlow() {
  const page = usePage(), { results } = page, names = route_names(results);
  const drawable = (r: string, m: Measure) => (results.routes[r].inventory ?? []).filter((i) => i.kind !== 'credit' && (carried_by(i, m)?.value ?? 0) > 0);
  const measures = (['carbon', 'energy', 'water', 'cost'] as Measure[]).filter((m) => names.some((r) => drawable(r, m).length > 1));
  const [chosen, choose] = useState<Measure>(measures[0] ?? 'carbon'), [cut, set_cut] = useState(0.01);
  if (!measures.length) return null;
  const what = measures.includes(chosen) ? chosen : measures[0], unit = names.flatMap((r) => drawable(r, what)).map((i) => carried_by(i, what)!.unit)[0];
  return (
    <Section id="input-flow" title="input_flow">
      <div class="tools">
        <Choice label={page.text('what_flows')} value={what} options={measures.map((m) => [m, page.text(`flow_${m}`)])} choose={choose} />
        <CutOff label={page.text('merge_below')} value={cut} set={set_cut} />
      </div>
      <p class="note">{page.text('flow_note', unit_text(unit))}</p>
      <RouteTabs label={page.text('input_flow')}>{(route) => <RouteInputs route={route} what={what} cut={cut} items={drawable(route, what)} />}</RouteTabs>
    </Section>
  );
}

/// A slider over the usual cut-offs.
function CutOff({ label, value, set }: { label: string; value: number; set: (v: number) => void }) {
  return <label class="cut">{label} <input type="range" min="0" max={cuts.length - 1} step="1" value={cuts.indexOf(value)} aria-valuetext={percent_text(value)} onInput={(e) => set(cuts[Number(e.currentTarget.value)])} /> <span class="number">{percent_text(value)}</span></label>;
}

function RouteInputs({ route, what, cut, items }: { route: string; what: Measure; cut: number; items: Item[] }) {
  const page = usePage(), { results } = page;
  const product = page.title(results.case.product?.title, results.case.product?.name ?? '');
  const value = (i: Item) => carried_by(i, what)!.value!, total = items.reduce((a, i) => a + value(i), 0);
  if (!items.length) return <p class="note">{page.text('not_defined')}</p>;
  const unit = carried_by(items[0], what)!.unit, title_of = (i: Item) => page.title(i.title, i.id);
  const sums = new Map<string, number>();
  for (const i of items) sums.set(title_of(i), (sums.get(title_of(i)) ?? 0) + value(i));
  const small = [...sums].filter(([, v]) => v < cut * total).map(([t]) => t), merge = small.length > 1;
  const nodes = new Map<string, FlowNode>(), flows = new Map<string, Flow>();
  const flow = (source: string, target: string, v: number, title: string, colour: string) => {
    const key = `${source}\n${target}`, old = flows.get(key);
    if (old) old.value += v;
    else flows.set(key, { source, target, value: v, title, colour });
  };
  for (const i of items) {
    const own = title_of(i), title = merge && small.includes(own) ? page.text('rest', small.length) : own;
    const step = i.step ?? '', name = page.step(i.step) || product, v = value(i);
    nodes.set(`i:${title}`, { id: `i:${title}`, title, colour: outside });
    if (step) {
      nodes.set(`s:${step}`, { id: `s:${step}`, title: name, colour: page.step_colour(step) });
      flow(`i:${title}`, `s:${step}`, v, `${title} → ${name}`, page.step_colour(step));
      flow(`s:${step}`, 'product', v, `${name} → ${product}`, page.step_colour(step));
    } else flow(`i:${title}`, 'product', v, `${title} → ${product}`, outside);
  }
  nodes.set('product', { id: 'product', title: product, colour: '#00795b' });
  const left_out = (results.routes[route].inventory ?? []).filter((i) => (i.kind === 'credit' || (carried_by(i, what)?.value ?? 0) < 0) && carried_by(i, what)?.value);
  const drawn = [...flows.values()], label = `${page.text('input_flow')}: ${page.text(`flow_${what}`)}, ${page.route(route)}, ${with_unit(total, unit)}`;
  return (
    <div class="exportable">
      <Exports name={`${what} ${route}`} rows={() => [['from', 'to', 'value', 'unit'], ...drawn.map((f) => [nodes.get(f.source)!.title, nodes.get(f.target)!.title, f.value, unit])]} />
      <Sankey labels="sides" nodes={[...nodes.values()]} flows={drawn} show={(v) => `${number_text(v, 3)} (${percent_text(v / total)})`} label={label} />
      {left_out.length > 0 && <p class="note">{page.text('credits_note', summed(left_out.map((i) => ({ title: title_of(i), ...carried_by(i, what)! }))).join(', '))}</p>}
    </div>
  );
}

type Level = 'units' | 'steps';
const cuts = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];

/// The streams of each route by mass, between units or summed over steps.
export function MassFlow() {
  const page = usePage(), { results } = page;
  const large = Object.values(results.routes).some((r) => Object.keys(r.units ?? {}).length > 20);
  const [level, set_level] = useState<Level>(large || innerWidth < 700 ? 'steps' : 'units');
  const water_known = Object.values(results.routes).some((r) => r.streams?.some((s) => s.components?.water));
  const [water, set_water] = useState<'with' | 'without'>(water_known ? 'without' : 'with');
  const [cut, set_cut] = useState(0.005), [substance, set_substance] = useState('');
  const substances = useMemo(() => substances_of(results), [results]);
  if (!route_names(results).some((r) => results.routes[r].streams?.some((s) => s.mass?.value))) return null;
  return (
    <Section id="mass-flow" title="mass_flow">
      <p class="note">{page.text('mass_note')}</p>
      <div class="tools">
        <Choice label={page.text('detail')} value={level} options={[['units', page.text('by_unit')], ['steps', page.text('by_section')]]} choose={set_level} />
        {water_known && <Choice label={page.text('water')} value={water} options={[['without', page.text('water_hidden')], ['with', page.text('water_shown')]]} choose={set_water} />}
        {substances.length > 1 && <label>{page.text('what_flows')} <select value={substance} onChange={(e) => set_substance(e.currentTarget.value)}><option value="">{page.text('all_substances')}</option>{substances.map((c) => <option value={c}>{page.component(c)}</option>)}</select></label>}
        <CutOff label={page.text('cut_off')} value={cut} set={set_cut} />
      </div>
      <StepLegend steps={page.steps.filter((s) => route_names(results).some((r) => Object.values(results.routes[r].units ?? {}).some((u) => u.step === s)))} />
      <RouteTabs label={page.text('mass_flow')}>{(route) => (
        <>
          <div class={level === 'units' ? 'screen-only' : undefined}><RouteMass route={route} level={level} dry={water === 'without'} substance={substance} cut={cut} /></div>
          {level === 'units' && <div class="print-only"><RouteMass route={route} level="steps" dry={water === 'without'} substance={substance} cut={cut} /></div>}
        </>
      )}</RouteTabs>
    </Section>
  );
}

/// What three streams or more carry, by how much of it there is.
function substances_of(results: Results): string[] {
  const found = new Map<string, { streams: number; mass: number }>();
  for (const r of Object.values(results.routes))
    for (const s of r.streams ?? [])
      for (const [c, q] of Object.entries(s.components ?? {})) {
        const x = found.get(c) ?? { streams: 0, mass: 0 };
        found.set(c, { streams: x.streams + 1, mass: x.mass + (q.value ?? 0) });
      }
  return [...found].filter(([, x]) => x.streams > 2 && x.mass > 0).sort((a, b) => b[1].mass - a[1].mass).map(([c]) => c);
}

function RouteMass({ route, level, dry, substance, cut }: { route: string; level: Level; dry: boolean; substance: string; cut: number }) {
  const page = usePage(), { results } = page;
  const { streams = [], units = {} } = results.routes[route];
  const unit = streams.find((s) => s.mass)?.mass?.unit ?? 'kg/h';
  // The nitrogen and oxygen of aeration would dwarf everything as water does.
  const carried = (s: Stream) => [...(dry ? ['water'] : []), ...(dry && s.phase === 'gas' ? ['nitrogen', 'oxygen', 'argon'] : [])].reduce((a, c) => a + (s.components?.[c]?.value ?? 0), 0);
  const amount = (s: Stream) => (substance ? (s.components?.[substance]?.value ?? 0) : Math.max(0, (s.mass?.value ?? 0) - carried(s)));
  const place = (end: string | null) => {
    const u = unit_of(end, units);
    if (u === null) return null;
    return level === 'steps' ? (units[u]?.step ?? u) : u;
  };
  const title_of = (p: string) => (level === 'steps' && page.steps.includes(p) ? page.step(p) : page.title(units[p]?.title, p));
  const colour_of = (p: string) => page.step_colour(level === 'steps' ? p : units[p]?.step);

  const links = streams.map((s) => ({ stream: s, source: place(s.from), target: place(s.to), value: amount(s) })).filter((l) => l.value > 0 && (l.source === null || l.source !== l.target));
  const largest = Math.max(0, ...links.map((l) => l.value));
  const kept = links.filter((l) => l.value >= cut * largest), hidden = links.filter((l) => l.value < cut * largest);
  if (!kept.length) return <p class="note">{page.text('no_streams')}</p>;
  const inner = kept.filter((l) => l.source !== null && l.target !== null) as { stream: Stream; source: string; target: string; value: number }[];
  const places = [...new Set([...(level === 'steps' ? page.steps : Object.keys(units)), ...inner.flatMap((l) => [l.source, l.target])])];
  const recycles = new Set<unknown>(back_links(places, inner, (l) => l.value));

  const nodes = new Map<string, FlowNode>();
  const node = (id: string, title: string, colour: string) => (nodes.set(id, { id, title, colour }), id);
  const flows: Flow[] = [];
  kept.forEach((l) => {
    const title = page.title(l.stream.title, l.stream.name ?? l.stream.id);
    const at = (p: string) => node(`p:${p}`, title_of(p), colour_of(p));
    const colour = l.source !== null ? colour_of(l.source) : outside;
    const end = (side: string, text: string) => node(`${side}:${text}`, text, outside);
    if (recycles.has(l)) {
      flows.push({ source: at(l.source!), target: node(`out:${l.stream.id}`, `↺ ${page.text('flow_to', title_of(l.target!))}`, '#a13d00'), value: l.value, title: `${title} ↺`, colour: '#a13d00' });
      flows.push({ source: node(`back:${l.stream.id}`, `↺ ${page.text('flow_from', title_of(l.source!))}`, '#a13d00'), target: at(l.target!), value: l.value, title: `${title} ↺`, colour: '#a13d00' });
    } else if (l.source !== null || l.target !== null)
      flows.push({ source: l.source === null ? end(`feed${level === 'steps' ? `@${l.target}` : ''}`, title) : at(l.source), target: l.target === null ? end('end', title) : at(l.target), value: l.value, title, colour });
  });
  return (
    <div class="exportable">
      <h3 class="screen-reader"><RouteName name={route} /></h3>
      <Exports name={`mass ${substance} ${route}`} rows={() => [['from', 'to', 'value', 'unit'], ...kept.map((l) => [l.source ?? 'outside', l.target ?? 'outside', l.value, unit])]} />
      <Sankey labels="cells" nodes={[...nodes.values()]} flows={join(flows)} show={(v) => number_text(v, 3)} label={`${page.text('mass_flow')}: ${page.route(route)}`} />
      <p class="note">{unit_text(unit)}. {hidden.length > 0 && page.text('hidden_flows', hidden.length, percent_text(cut), with_unit(hidden.reduce((a, l) => a + l.value, 0), unit, 3))}</p>
    </div>
  );
}

/// Parallel flows between the same two nodes as one.
function join(flows: Flow[]): Flow[] {
  const sums = new Map<string, Flow>();
  for (const f of flows) {
    const key = `${f.source}\n${f.target}`, old = sums.get(key);
    if (old) {
      old.value += f.value;
      old.title += `, ${f.title}`;
    } else sums.set(key, { ...f });
  }
  return [...sums.values()];
}
