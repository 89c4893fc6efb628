import { useCallback, useMemo, useState } from 'preact/hooks';
import { Quantity, usePage } from '../context';
import { Chart } from '../draw/chart';
import { Exports } from '../draw/export';
import { Intervals, type Interval } from '../draw/intervals';
import { font } from '../draw/measure';
import { number_text, unit_text } from '../format';
import { describe, route_names, value_of, type Incentive } from '../results';
import { Choice, RouteName, RouteTabs, Section, Table } from './common';

const up = '#a65500', down = '#00795b', total_colour = '#3d5a73';

/// Money over the years and what it is made of.
export function Economics() {
  const page = usePage(), { results } = page, names = route_names(results);
  const flows = names.some((r) => results.routes[r].economics?.cash_flow), costs = names.some((r) => cost_parts(page, r).length > 1);
  if (!flows && !costs) return null;
  return (
    <Section id="economics" title="economics">
      {costs && <><h3>{page.text('cost_waterfall')}</h3><div class="pair">{names.map((r) => <CostWaterfall route={r} />)}</div></>}
      {flows && <RouteTabs label={page.text('economics')}>{(route) => results.routes[route].economics?.cash_flow && <><CashFlow route={route} /><Incentives route={route} /></>}</RouteTabs>}
    </Section>
  );
}

/// What the cost of the product is made of: what is bought and treated by kind, then what does not go with the amount.
function cost_parts(page: ReturnType<typeof usePage>, route: string): { title: string; value: number }[] {
  const { results } = page, unit_cost = value_of(results, route, 'unit_cost'), variable = value_of(results, route, 'unit_cost_variable');
  const sums = new Map<string, number>();
  for (const i of results.routes[route].inventory ?? []) {
    if (i.kind === 'product' || i.kind === 'credit' || i.kind === 'coproduct') continue;
    const kind = ['wastewater', 'waste', 'air'].includes(i.kind) ? 'treatment' : i.kind;
    sums.set(kind, (sums.get(kind) ?? 0) + (i.cost?.value ?? 0));
  }
  const most = Math.max(0, ...[...sums.values()].map(Math.abs));
  const parts = [...sums].filter(([, v]) => Math.abs(v) > 1e-9 * most).sort((a, b) => b[1] - a[1]).map(([k, v]) => ({ title: page.text(`cost_${k}` as 'cost_material'), value: v }));
  // Prices are per functional unit, the indicator per kg of product; only where both are the same does the sum make sense.
  const sum = parts.reduce((a, p) => a + p.value, 0);
  if (unit_cost === null || variable === null || Math.abs(sum - variable) > 1e-6 * Math.abs(unit_cost)) return parts;
  if (unit_cost - variable > 1e-9 * unit_cost) parts.push({ title: page.text('cost_fixed'), value: unit_cost - variable });
  return parts;
}

function CostWaterfall({ route }: { route: string }) {
  const page = usePage(), parts = cost_parts(page, route), unit = describe(page.results, 'unit_cost')?.unit ?? page.results.routes[route].inventory?.find((i) => i.cost)?.cost?.unit;
  const credit = value_of(page.results, route, 'unit_cost_credit') ?? 0, whole = value_of(page.results, route, 'unit_cost');
  const drawn = useMemo(() => {
    let at = 0;
    const rows: string[] = [], bars: Interval[] = [];
    const add = (title: string, value: number) => {
      bars.push({ row: rows.length, from: at, to: at + value, colour: value < 0 ? down : up, hatched: value < 0, title: `${title}: ${number_text(value)} ${unit_text(unit)}`, text: `${value > 0 ? '+' : ''}${number_text(value, 3)}` });
      rows.push(title);
      at += value;
    };
    const sum = (title: string) => {
      bars.push({ row: rows.length, from: 0, to: at, colour: total_colour, title: `${title}: ${number_text(at)} ${unit_text(unit)}`, text: number_text(at, 4) });
      rows.push(title);
    };
    for (const p of parts) add(p.title, p.value);
    const complete = whole !== null && Math.abs(at - whole) < 1e-6 * Math.abs(whole);
    sum(complete ? page.title(describe(page.results, 'unit_cost')?.title, 'unit_cost') : page.text('sum'));
    if (complete && credit) {
      add(page.text('kind_credit'), credit);
      sum(page.text('net_cost'));
    }
    return { rows, bars };
  }, [page, route]);
  if (parts.length < 2) return null;
  return (
    <figure>
      <figcaption><RouteName name={route} />{unit_text(unit) && <span class="meta"> {unit_text(unit)}</span>} <Exports name={`cost ${route}`} rows={() => [['part', 'value', 'unit'], ...parts.map((p) => [p.title, p.value, unit])]} /></figcaption>
      <Intervals {...drawn} row_height={26} label={`${page.text('cost_waterfall')}, ${page.route(route)}: ${drawn.bars.map((b) => b.title).join('; ')}`} />
    </figure>
  );
}

/// Large money in millions.
function money_scale(page: ReturnType<typeof usePage>, unit: string, values: (number | null)[]): { factor: number; unit: string } {
  const most = Math.max(0, ...values.map((v) => Math.abs(v ?? 0)));
  return most >= 1e6 ? { factor: 1e-6, unit: page.text('millions', unit_text(unit)) } : { factor: 1, unit: unit_text(unit) };
}

function CashFlow({ route }: { route: string }) {
  const page = usePage(), money = page.results.routes[route].economics!, flow = money.cash_flow!;
  const { factor, unit } = money_scale(page, flow.unit, flow.position);
  const option = useCallback((width: number) => ({
    textStyle: { fontFamily: font }, grid: { left: 64, right: 16, top: 12, bottom: 42 },
    tooltip: { trigger: 'axis', confine: true, valueFormatter: (v: number) => `${number_text(v)} ${unit}` },
    xAxis: { type: 'category', data: flow.cash.map((_c, y) => y), name: page.text('year'), nameLocation: 'middle', nameGap: 26, axisLabel: { color: '#44534d' }, axisLine: { onZero: false } },
    yAxis: { type: 'value', axisLabel: { color: '#44534d', formatter: (v: number) => number_text(v, 3) }, splitLine: { lineStyle: { color: '#e6ebe9' } }, splitNumber: width < 500 ? 4 : 6 },
    series: [
      { type: 'bar', name: page.text('cash'), data: flow.cash.map((c) => (c === null ? null : { value: c * factor, itemStyle: { color: c < 0 ? '#a65500' : '#5aa58c' } })), barMaxWidth: 30 },
      { type: 'line', name: page.text('position'), data: flow.position.map((c) => (c === null ? null : c * factor)), color: '#3d5a73', symbol: 'circle', symbolSize: 6, lineStyle: { width: 2 } },
    ],
  }), [page, route]);
  const rates = money.rates_of_return;
  return (
    <figure>
      <figcaption>{page.text('cash_flow')}<span class="meta"> {unit}</span> <Exports name={`cash-flow ${route}`} rows={() => [['year', 'cash', 'discounted', 'position'], ...flow.cash.map((c, y) => [y, c, flow.discounted[y], flow.position[y]])]} /></figcaption>
      <ul class="legend"><li><span class="swatch" style={{ background: '#5aa58c' }} aria-hidden="true" />{page.text('cash')}</li><li><span class="line-mark" style={{ borderColor: '#3d5a73' }} aria-hidden="true" />{page.text('position')}</li></ul>
      <Chart option={option} height={280} label={`${page.text('cash_flow')}: ${page.route(route)}`} />
      {rates && <p class="note">{page.text('rates')}: {rates.values.length ? rates.values.map((v) => (v === null ? '–' : `${number_text(v, 4)} ${unit_text(rates.unit)}`)).join('; ') : page.text('none')}{rates.note && `. ${page.title(rates.note, '')}`}</p>}
    </figure>
  );
}

const order = ['npv', 'payback', 'payback_discounted', 'irr', 'minimum_selling_price'];

/// What each incentive does: added to those before it, then what-ifs alone.
function Incentives({ route }: { route: string }) {
  const page = usePage(), money = page.results.routes[route].economics!, base = money.without_incentives ?? {}, list = money.incentives ?? [];
  const ids = Object.keys(base).filter((id) => typeof base[id].value === 'number').sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const [chosen, choose] = useState(ids[0]), id = chosen ?? ids[0];
  const title = (i: string) => page.title(describe(page.results, i)?.title, i);
  const drawn = useMemo(() => {
    if (!id) return null;
    const start = base[id].value!, { factor, unit } = money_scale(page, base[id].unit, [start]);
    const better = describe(page.results, id)?.better, rows: string[] = [], bars: Interval[] = [];
    const bar = (name: string, from: number, to: number, colour: string, text: string, hatched = false) => {
      bars.push({ row: rows.length, from: from * factor, to: to * factor, colour, title: `${name}: ${text} ${unit}`, text, hatched });
      rows.push(name);
    };
    const good = (change: number) => (better === 'higher' ? change > 0 : change < 0);
    const step = (name: string, from: number, change: number) => bar(name, from, from + change, Math.abs(change * factor) < 1e-12 ? '#9aa5a1' : good(change) ? down : up, `${change >= 0 ? '+' : '−'}${number_text(Math.abs(change * factor), 3)}`, !good(change) && change !== 0);
    bar(page.text('without_incentives'), 0, start, total_colour, number_text(start * factor, 3));
    let at = start;
    for (const i of list.filter((x) => !x.what_if)) {
      const e = i.added?.[id];
      if (typeof e?.change !== 'number') continue;
      step(page.title(i.title, i.id), at, e.change);
      at += e.change;
    }
    bar(page.text('with_all'), 0, at, total_colour, number_text(at * factor, 3));
    for (const i of list.filter((x) => x.what_if)) {
      const e = i.alone?.[id];
      if (typeof e?.change === 'number') step(page.title(i.title, i.id), start, e.change);
    }
    return { rows, bars, unit };
  }, [page, route, id]);
  if (!drawn || !list.length) return null;
  const alone = (i: Incentive) => i.alone?.[id];
  return (
    <figure>
      <figcaption>{page.text('incentives_title')} <Exports name={`incentives ${route} ${id}`} rows={() => [['incentive', 'on', 'what_if', 'alone', 'alone_change', 'added', 'added_change', 'unit'], ...list.map((i) => [i.id, String(i.on), String(i.what_if), alone(i)?.value, alone(i)?.change, i.added?.[id]?.value, i.added?.[id]?.change, base[id].unit])]} /></figcaption>
      <div class="tools"><Choice label={page.text('indicator')} value={id} options={ids.map((i) => [i, title(i)])} choose={choose} /></div>
      <Intervals rows={drawn.rows} bars={drawn.bars} unit={drawn.unit} row_height={32} label={`${page.text('incentives_title')}: ${drawn.bars.map((b) => b.title).join('; ')}`} label_share={0.42} />
      <p class="note">{page.text('incentives_note')}</p>
      <details>
        <summary>{page.text('incentives_table')}</summary>
        <Table caption={page.text('incentives_title')} rows={list} columns={[
        { label: page.text('incentive'), head: true, cell: (i) => <>{page.title(i.title, i.id)}{i.definition && <span class="meta">{page.title(i.definition, '')}</span>}</> },
        { label: page.text('in_case'), cell: (i) => page.text(i.what_if ? 'what_if' : i.on ? 'switched_on' : 'switched_off') },
        { label: `${title(id)}: ${page.text('alone')}`, numeric: true, cell: (i) => <Quantity value={alone(i)?.value} unit={base[id].unit} /> },
        { label: page.text('change'), numeric: true, cell: (i) => (typeof alone(i)?.change === 'number' ? <Quantity value={alone(i)!.change} unit={base[id].unit} /> : '–') },
        { label: page.text('source'), cell: (i) => <span class="source">{i.source} ({page.text(i.verified ? 'verified' : 'unverified')})</span> },
        ]} />
      </details>
    </figure>
  );
}
