import { useCallback } from 'preact/hooks';
import { usePage } from '../context';
import { Chart } from '../draw/chart';
import { Exports } from '../draw/export';
import { font, wrap } from '../draw/measure';
import { number_text, percent_text, unit_text, with_unit } from '../format';
import { ink_on } from '../palette';
import { describe, route_names, type Item } from '../results';
import { RouteName, Section, StepLegend } from './common';

const gap = { borderColor: '#fff', borderWidth: 1 };

/// One bar per route, stacked by step.
export function StepCharts() {
  const page = usePage(), { results } = page, names = route_names(results);
  const has = (id: string) => names.some((r) => Object.values(results.routes[r].steps ?? {}).some((s) => s.indicators[id]?.value));
  const ids = ['carbon_footprint', 'unit_cost', 'energy_intensity', 'water_use'].filter(has);
  if (!ids.length) return null;
  const shown = page.steps.filter((s) => names.some((r) => results.routes[r].steps?.[s]));
  return (
    <Section id="by-step" title="by_step">
      <StepLegend steps={shown} />
      <div class="pair">{ids.map((id) => <StepChart id={id} steps={shown} />)}</div>
      <p class="note">{page.text('steps_note')}</p>
    </Section>
  );
}

function StepChart({ id, steps }: { id: string; steps: string[] }) {
  const page = usePage(), { results } = page, names = route_names(results);
  const unit = describe(results, id)?.unit ?? names.flatMap((r) => Object.values(results.routes[r].steps ?? {})).find((s) => s.indicators[id])?.indicators[id].unit;
  const raw = (r: string, s: string) => results.routes[r].steps?.[s]?.indicators[id]?.value ?? 0;
  const largest = Math.max(...names.flatMap((r) => steps.map((s) => Math.abs(raw(r, s)))));
  // What rounding leaves is nothing, neither of a step nor of a sum in which steps cancel.
  const clean = (v: number) => (Math.abs(v) < 1e-12 * largest ? 0 : v), value = (r: string, s: string) => clean(raw(r, s));
  const totals = names.map((r) => clean(steps.reduce((a, s) => a + value(r, s), 0)));
  const gains = names.map((r) => steps.reduce((a, s) => a + Math.max(0, value(r, s)), 0)), losses = names.map((r) => steps.reduce((a, s) => a + Math.min(0, value(r, s)), 0));
  const credited = losses.some((v) => v < 0);
  const title = page.text('step_chart', page.title(describe(results, id)?.title, id));
  const option = useCallback((width: number) => {
    const names_width = Math.min(130, 0.24 * width), max = Math.max(...gains) - Math.min(0, ...losses), plot = width - names_width - 80;
    return {
      textStyle: { fontFamily: font }, grid: { left: names_width + 12, right: 62, top: 6, bottom: 26 },
      tooltip: { trigger: 'item', valueFormatter: (v: number) => `${number_text(v)} ${unit_text(unit)}` },
      xAxis: { type: 'value', max: Math.max(...gains) || 1, axisLabel: { color: '#44534d', formatter: (v: number) => number_text(v, 3), hideOverlap: true, showMaxLabel: false }, splitLine: { lineStyle: { color: '#e6ebe9' } }, splitNumber: width < 500 ? 3 : 5 },
      yAxis: { type: 'category', inverse: true, data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: '#b9c4c0' } }, axisLabel: { color: '#10201b', fontSize: 12, lineHeight: 15, formatter: (r: string) => wrap(page.route(r), names_width, 12, 3).join('\n') } },
      series: [
        ...steps.map((s) => ({
          type: 'bar', stack: 'all', name: page.step(s), barWidth: 30, itemStyle: { color: page.step_colour(s), ...gap },
          data: names.map((r, k) => {
            const v = value(r, s), share = v / totals[k], wide = (Math.abs(v) / max) * plot;
            return { value: v, label: { show: wide > 38, position: 'inside', color: ink_on(page.step_colour(s)), fontSize: 12, formatter: () => (credited ? number_text(v, 2) : percent_text(share)) } };
          }),
        })),
        { type: 'bar', stack: 'all', silent: true, data: totals.map((v) => ({ value: 1e-9 * max, label: { show: true, position: 'right', color: '#10201b', fontWeight: 600, fontSize: 13, formatter: () => number_text(v, 3) } })) },
      ],
    };
  }, [page, id]);
  return (
    <figure>
      <figcaption>{title}{unit_text(unit) && <span class="meta"> {unit_text(unit)}</span>} <Exports name={title} rows={() => [['route', ...steps, 'unit'], ...names.map((r) => [r, ...steps.map((s) => value(r, s)), unit])]} /></figcaption>
      <Chart option={option} height={44 + 46 * names.length} label={`${title}: ${names.map((r, k) => `${page.route(r)} ${number_text(totals[k])} ${unit_text(unit)}`).join('; ')}`} />
    </figure>
  );
}

type Measure = 'carbon' | 'cost';
const contribution = (item: Item, what: Measure) => (item.kind === 'product' ? undefined : what === 'carbon' ? item.impacts?.gwp100 : item.cost);
const is_credit = (item: Item, what: Measure) => item.kind === 'credit' || (contribution(item, what)?.value ?? 0) < 0;

/// Ten largest inputs of each route (the same title in several steps is one bar), stacked by step.
export function InputCharts() {
  const page = usePage(), { results } = page, names = route_names(results);
  const has = (r: string, what: Measure) => (results.routes[r].inventory ?? []).some((i) => (contribution(i, what)?.value ?? 0) !== 0);
  const measures = (['carbon', 'cost'] as Measure[]).filter((m) => names.some((r) => has(r, m)));
  if (!measures.length) return null;
  const used = page.steps.filter((s) => names.some((r) => (results.routes[r].inventory ?? []).some((i) => i.step === s && measures.some((m) => contribution(i, m)?.value))));
  return (
    <Section id="by-input" title="by_input">
      <StepLegend steps={used} />
      {measures.map((m) => {
        const rows = names.map((r) => ranked(page, r, m));
        const max = Math.max(...rows.flat().map((x) => x.total));
        return (
          <>
            <h3>{page.text('input_chart', page.text(m))}<span class="meta"> {unit_text(rows.flat()[0]?.unit)} {page.text('per_fu', `${results.case.functional_unit?.value ?? 1} ${unit_text(results.case.functional_unit?.unit ?? '')}`)}</span></h3>
            <div class="pair">{names.map((r, k) => rows[k].length > 0 && <InputChart route={r} rows={rows[k]} what={m} max={max} />)}</div>
            <Credits what={m} />
          </>
        );
      })}
      <p class="note">{page.text('inputs_note')}</p>
    </Section>
  );
}

/// Quantities of the same name added up, in words.
export function summed(list: { title: string; value: number | null; unit: string }[]): string[] {
  const sums = new Map<string, { value: number; unit: string }>();
  for (const x of list) sums.set(x.title, { value: (sums.get(x.title)?.value ?? 0) + (x.value ?? 0), unit: x.unit });
  return [...sums].map(([title, x]) => `${title} ${with_unit(x.value, x.unit, 3)}`);
}

/// Credits have a sentence of their own: they are never subtracted.
function Credits({ what }: { what: Measure }) {
  const page = usePage(), { results } = page;
  const found = route_names(results).flatMap((r) => {
    const list = summed((results.routes[r].inventory ?? []).filter((i) => contribution(i, what)?.value && is_credit(i, what)).map((i) => ({ title: page.title(i.title, i.id), ...contribution(i, what)! })));
    return list.length ? [`${page.route(r)}: ${list.join(', ')}`] : [];
  });
  return found.length ? <p class="note">{page.text('credits_note', found.join('; '))}</p> : null;
}

interface Ranked { title: string; total: number; unit: string; share: number; by_step: Map<string, number> }

function ranked(page: ReturnType<typeof usePage>, route: string, what: Measure): Ranked[] {
  const sums = new Map<string, Ranked>();
  let all = 0;
  for (const item of page.results.routes[route].inventory ?? []) {
    const c = contribution(item, what), v = c?.value ?? 0;
    if (v === 0 || is_credit(item, what)) continue;
    all += v;
    const title = page.title(item.title, item.id);
    const row = sums.get(title) ?? { title, total: 0, unit: c!.unit, share: 0, by_step: new Map<string, number>() };
    row.total += v;
    row.by_step.set(item.step ?? '', (row.by_step.get(item.step ?? '') ?? 0) + v);
    sums.set(title, row);
  }
  const rows = [...sums.values()].sort((a, b) => b.total - a.total);
  const top = rows.slice(0, 9), rest = rows.slice(9);
  if (rest.length) {
    const other: Ranked = { title: page.text('rest', rest.length), total: 0, unit: rest[0].unit, share: 0, by_step: new Map() };
    for (const r of rest) {
      other.total += r.total;
      for (const [s, v] of r.by_step) other.by_step.set(s, (other.by_step.get(s) ?? 0) + v);
    }
    top.push(other);
  }
  for (const r of top) r.share = all > 0 ? r.total / all : 0;
  return top;
}

function InputChart({ route, rows, what, max }: { route: string; rows: Ranked[]; what: Measure; max: number }) {
  const page = usePage();
  const steps = [...page.steps, ''].filter((s) => rows.some((r) => r.by_step.has(s)));
  const option = useCallback((width: number) => {
    const names_width = Math.min(170, 0.34 * width);
    return {
      textStyle: { fontFamily: font }, grid: { left: names_width + 12, right: 92, top: 4, bottom: 24 },
      tooltip: { trigger: 'item', valueFormatter: (v: number) => `${number_text(v)} ${unit_text(rows[0].unit)}` },
      xAxis: { type: 'value', max: Math.ceil(max), axisLabel: { color: '#44534d', formatter: (v: number) => number_text(v, 3), hideOverlap: true, showMaxLabel: false }, splitLine: { lineStyle: { color: '#e6ebe9' } }, splitNumber: 4 },
      yAxis: { type: 'category', inverse: true, data: rows.map((r) => r.title), axisTick: { show: false }, axisLine: { lineStyle: { color: '#b9c4c0' } }, axisLabel: { interval: 0, color: '#10201b', fontSize: 12, lineHeight: 13, formatter: (t: string) => wrap(t, names_width, 12, 2).join('\n') } },
      series: [
        ...steps.map((s) => ({ type: 'bar', stack: 'all', name: page.step(s) || '–', barWidth: 17, itemStyle: { color: page.step_colour(s), ...gap }, data: rows.map((r) => r.by_step.get(s) ?? 0) })),
        { type: 'bar', stack: 'all', silent: true, data: rows.map((r) => ({ value: 1e-9 * max, label: { show: true, position: 'right', color: '#10201b', fontSize: 12, formatter: () => `${number_text(r.total, 3)} (${percent_text(r.share)})` } })) },
      ],
    };
  }, [page, route, what]);
  const label = `${page.route(route)}: ${rows.map((r) => `${r.title} ${number_text(r.total)}`).join('; ')}`;
  return <figure><figcaption><RouteName name={route} /> <Exports name={`${what} ${route}`} rows={() => [['item', 'value', 'unit', 'share'], ...rows.map((r) => [r.title, r.total, r.unit, r.share])]} /></figcaption><Chart option={option} height={32 + 31 * rows.length} label={label} /></figure>;
}
