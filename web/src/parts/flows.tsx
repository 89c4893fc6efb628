import { useState } from 'preact/hooks';
import { usePage } from '../context';
import { back_links } from '../draw/graph';
import { Sankey, type Flow, type FlowNode } from '../draw/sankey';
import { number_text, percent_text, unit_text, with_unit } from '../format';
import { outside } from '../palette';
import { route_names, unit_of, type Stream } from '../results';
import { Choice, RouteName, RouteTabs, Section, StepLegend } from './common';

/// Inputs -> steps -> product, by carbon. Inputs under 1 % are drawn together.
export function CarbonFlow() {
  const page = usePage(), { results } = page;
  const carbon = (r: string) => (results.routes[r].inventory ?? []).filter((i) => i.kind !== 'product' && (i.impacts?.gwp100?.value ?? 0) !== 0);
  if (!route_names(results).some((r) => carbon(r).length)) return null;
  const product = page.title(results.case.product?.title, results.case.product?.name ?? '');
  return (
    <Section id="carbon-flow" title="carbon_flow">
      <p class="note">{page.text('carbon_note')}</p>
      <RouteTabs label={page.text('carbon_flow')}>
        {(route) => {
          const items = carbon(route), unit = items[0]?.impacts?.gwp100.unit ?? 'kgCO2e';
          const drawn = items.filter((i) => i.kind !== 'credit' && i.impacts!.gwp100.value! > 0), credits = items.filter((i) => i.kind === 'credit' || i.impacts!.gwp100.value! < 0);
          const total = drawn.reduce((a, i) => a + i.impacts!.gwp100.value!, 0);
          const sums = new Map<string, number>();
          for (const i of drawn) sums.set(page.title(i.title, i.id), (sums.get(page.title(i.title, i.id)) ?? 0) + i.impacts!.gwp100.value!);
          const small = [...sums].filter(([, v]) => v < 0.01 * total).map(([t]) => t), merge = small.length > 1;
          const nodes = new Map<string, FlowNode>(), flows = new Map<string, Flow>();
          const flow = (source: string, target: string, value: number, title: string, colour: string) => {
            const key = `${source}\n${target}`, old = flows.get(key);
            if (old) old.value += value;
            else flows.set(key, { source, target, value, title, colour });
          };
          for (const i of drawn) {
            const own = page.title(i.title, i.id), title = merge && small.includes(own) ? page.text('rest', small.length) : own;
            const step = i.step ?? '', name = page.step(i.step) || product, v = i.impacts!.gwp100.value!;
            nodes.set(`i:${title}`, { id: `i:${title}`, title, colour: outside });
            if (step) {
              nodes.set(`s:${step}`, { id: `s:${step}`, title: name, colour: page.step_colour(step) });
              flow(`i:${title}`, `s:${step}`, v, `${title} → ${name}`, page.step_colour(step));
              flow(`s:${step}`, 'product', v, `${name} → ${product}`, page.step_colour(step));
            } else flow(`i:${title}`, 'product', v, `${title} → ${product}`, outside);
          }
          nodes.set('product', { id: 'product', title: product, colour: '#00795b' });
          return (
            <>
              <Sankey labels="sides" nodes={[...nodes.values()]} flows={[...flows.values()]} show={(v) => `${number_text(v, 3)} (${percent_text(v / total)})`}
                label={`${page.text('carbon_flow')}: ${page.route(route)}, ${with_unit(total, unit)}`} />
              {credits.length > 0 && <p class="note">{page.text('credits_note', credits.map((i) => `${page.title(i.title, i.id)} ${with_unit(i.impacts!.gwp100.value!, unit, 3)}`).join(', '))}</p>}
            </>
          );
        }}
      </RouteTabs>
    </Section>
  );
}

type Level = 'units' | 'steps';
const cuts = ['0', '0.002', '0.005', '0.01', '0.02', '0.05'] as const;

/// The streams of each route by mass, between units or summed over steps.
export function MassFlow() {
  const page = usePage(), { results } = page;
  const large = Object.values(results.routes).some((r) => Object.keys(r.units ?? {}).length > 20);
  const [level, set_level] = useState<Level>(large || innerWidth < 700 ? 'steps' : 'units');
  const water_known = Object.values(results.routes).some((r) => r.streams?.some((s) => s.components?.water));
  const [water, set_water] = useState<'with' | 'without'>(water_known ? 'without' : 'with');
  const [cut, set_cut] = useState(0.005);
  if (!route_names(results).some((r) => results.routes[r].streams?.some((s) => s.mass?.value))) return null;
  return (
    <Section id="mass-flow" title="mass_flow">
      <p class="note">{page.text('mass_note')}</p>
      <div class="tools">
        <Choice label={page.text('detail')} value={level} options={[['units', page.text('by_unit')], ['steps', page.text('by_section')]]} choose={set_level} />
        {water_known && <Choice label={page.text('water')} value={water} options={[['without', page.text('water_hidden')], ['with', page.text('water_shown')]]} choose={set_water} />}
        <label class="cut">{page.text('cut_off')} <select value={String(cut)} onChange={(e) => set_cut(Number(e.currentTarget.value))}>{cuts.map((c) => <option value={c}>{percent_text(Number(c))}</option>)}</select></label>
      </div>
      <StepLegend steps={page.steps.filter((s) => route_names(results).some((r) => Object.values(results.routes[r].units ?? {}).some((u) => u.step === s)))} />
      <RouteTabs label={page.text('mass_flow')}>{(route) => (
        <>
          <div class={level === 'units' ? 'screen-only' : undefined}><RouteMass route={route} level={level} dry={water === 'without'} cut={cut} /></div>
          {level === 'units' && <div class="print-only"><RouteMass route={route} level="steps" dry={water === 'without'} cut={cut} /></div>}
        </>
      )}</RouteTabs>
    </Section>
  );
}

function RouteMass({ route, level, dry, cut }: { route: string; level: Level; dry: boolean; cut: number }) {
  const page = usePage(), { results } = page;
  const { streams = [], units = {} } = results.routes[route];
  const unit = streams.find((s) => s.mass)?.mass?.unit ?? 'kg/h';
  // The nitrogen and oxygen of aeration would dwarf everything as water does.
  const carried = (s: Stream) => [...(dry ? ['water'] : []), ...(dry && s.phase === 'gas' ? ['nitrogen', 'oxygen', 'argon'] : [])].reduce((a, c) => a + (s.components?.[c]?.value ?? 0), 0);
  const amount = (s: Stream) => Math.max(0, (s.mass?.value ?? 0) - carried(s));
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
    <>
      <h3 class="screen-reader"><RouteName name={route} /></h3>
      <Sankey labels="cells" nodes={[...nodes.values()]} flows={join(flows)} show={(v) => number_text(v, 3)} label={`${page.text('mass_flow')}: ${page.route(route)}`} />
      <p class="note">{unit_text(unit)}. {hidden.length > 0 && page.text('hidden_flows', hidden.length, percent_text(cut), with_unit(hidden.reduce((a, l) => a + l.value, 0), unit, 3))}</p>
    </>
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
