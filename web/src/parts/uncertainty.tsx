import { useMemo, useState } from 'preact/hooks';
import { methods_of, type Method, type Outcome, type PairedOutcome, type Study, type StudyScenario } from '../attached';
import { Quantity, usePage } from '../context';
import { CloudChart, type Cloud } from '../draw/cloud';
import { Exports } from '../draw/export';
import { Intervals, type Interval } from '../draw/intervals';
import { number_text, percent_text, unit_text } from '../format';
import { route_colour } from '../palette';
import { route_names } from '../results';
import { Choice, RouteName, Section, Table } from './common';
import { key_indicators } from './summary';

/// What studies say: distributions, paired differences, the cloud of two indicators, and what drives them.
export function Uncertainty() {
  const page = usePage(), studies = page.attached.studies ?? [];
  if (!studies.length) return null;
  return (
    <Section id="uncertainty" title="uncertainty">
      {studies.map((study) => <OneStudy study={study} />)}
    </Section>
  );
}

function OneStudy({ study }: { study: Study }) {
  const page = usePage(), names = Object.keys(study.scenarios);
  const [name, choose] = useState(names[0]);
  const scenario = study.scenarios[name], s = study.study;
  return (
    <>
      <h3>{page.word(s.analysis, 'analysis_')}<span class="meta"> {page.text('study_size', number_text(s.samples), s.inputs, number_text(s.evaluations), s.seed)}</span></h3>
      {names.length > 1 && <div class="tools"><Choice label={page.text('scenario')} value={name} options={names.map((n) => [n, page.title(study.scenarios[n].title, n)])} choose={choose} /></div>}
      <Lost scenario={scenario} />
      <Distributions scenario={scenario} />
      <Differences scenario={scenario} />
      <Pareto scenario={scenario} />
      <Drivers study={study} scenario={scenario} />
    </>
  );
}

/// The routes of a scenario in the order of the page.
const routes_of = (page: ReturnType<typeof usePage>, scenario: StudyScenario) => route_names(page.results).filter((r) => scenario.routes[r]);

/// Indicators that at least one route has numbers for, the important ones first.
function ids_of(page: ReturnType<typeof usePage>, scenario: StudyScenario, has: (o: Outcome) => boolean): string[] {
  const there = new Set(routes_of(page, scenario).flatMap((r) => Object.entries(scenario.routes[r].indicators).filter(([, o]) => has(o)).map(([id]) => id)));
  return [...new Set([...key_indicators(page.results), ...there])].filter((id) => there.has(id));
}

const outcome_of = (scenario: StudyScenario, id: string): Outcome => Object.values(scenario.routes).map((r) => r.indicators[id]).find(Boolean)!;

function Lost({ scenario }: { scenario: StudyScenario }) {
  const page = usePage(), lost = routes_of(page, scenario).filter((r) => scenario.routes[r].failures?.count);
  if (!lost.length) return null;
  return (
    <details>
      <summary>{page.text('lost_samples', lost.map((r) => `${page.route(r)} ${percent_text(scenario.routes[r].failures.count / scenario.routes[r].failures.of)}`).join(', '))}</summary>
      {lost.map((r) => <><p><RouteName name={r} /></p><ul>{scenario.routes[r].failures.reasons.slice(0, 6).map((x) => <li>{x.count} × {page.title(x.reason, '')}{x.example && <span class="place">{x.example}</span>}</li>)}</ul></>)}
    </details>
  );
}

/// Per indicator a bar from 5 to 95 %, the middle half thicker, the median a line, the single value a row below.
function Distributions({ scenario }: { scenario: StudyScenario }) {
  const page = usePage(), spread = (o: Outcome) => typeof o.quantiles?.['0.05'] === 'number' && o.quantiles['0.05'] !== o.quantiles['0.95'];
  const ids = ids_of(page, scenario, spread).slice(0, 6);
  if (!ids.length) return null;
  return <><p class="note">{page.text('distribution_note')}</p><div class="pair">{ids.map((id) => <Distribution id={id} scenario={scenario} />)}</div></>;
}

function Distribution({ id, scenario }: { id: string; scenario: StudyScenario }) {
  const page = usePage(), info = outcome_of(scenario, id), names = routes_of(page, scenario).filter((r) => scenario.routes[r].indicators[id]);
  const title = page.title(info.title, id), order = route_names(page.results);
  const drawn = useMemo(() => {
    const rows = names.map((r) => page.route(r)), q = (r: string, level: string) => scenario.routes[r].indicators[id].quantiles?.[level] ?? NaN;
    const told = (r: string) => `${page.route(r)}: ${['0.05', '0.25', '0.5', '0.75', '0.95'].map((l) => `${Number(l) * 100} %: ${number_text(q(r, l), 4)}`).join('; ')} ${unit_text(info.unit)}`;
    const bars = names.flatMap((r, row) => [
      { row, from: q(r, '0.05'), to: q(r, '0.95'), colour: `${route_colour(order.indexOf(r))}66`, title: told(r), high: 0.22 },
      { row, from: q(r, '0.25'), to: q(r, '0.75'), colour: route_colour(order.indexOf(r)), title: told(r), high: 0.5, text: `${number_text(q(r, '0.5'), 3)}` },
    ]).filter((b) => Number.isFinite(b.from));
    return { rows, bars: bars.map((b) => ({ ...b, text: undefined })), ticks: names.map((r, row) => ({ row, at: q(r, '0.5'), title: told(r) })) };
  }, [page, scenario, id]);
  return (
    <figure>
      <figcaption>{title}{unit_text(info.unit) && <span class="meta"> {unit_text(info.unit)}</span>} <Exports name={title} rows={() => [['route', 'unit', 'nominal', 'mean', ...Object.keys(info.quantiles ?? {})], ...names.map((r) => { const o = scenario.routes[r].indicators[id]; return [r, o.unit, o.nominal, o.mean, ...Object.values(o.quantiles ?? {})]; })]} /></figcaption>
      <Intervals {...drawn} row_height={34} label={`${title}: ${drawn.ticks.map((t) => t.title).join('. ')}`} label_share={0.3} />
    </figure>
  );
}

function Differences({ scenario }: { scenario: StudyScenario }) {
  const page = usePage();
  const rows = (scenario.comparison ?? []).flatMap((pair) => key_indicators(page.results).filter((id) => typeof pair.indicators[id]?.interval?.[0] === 'number').map((id) => ({ pair, id, x: pair.indicators[id] })));
  if (!rows.length) return null;
  const words = (x: PairedOutcome) => (x.better_route ? page.text('is_better', page.route(x.better_route)) : x.verdict ? page.word(x.verdict.replaceAll(' ', '_'), 'verdict_') : '–');
  const between = (p: { first: string; second: string }) => `${page.route(p.first)} − ${page.route(p.second)}`;
  return (
    <>
      <h3>{page.text('differences')}</h3>
      <Table caption={page.text('differences')} rows={rows} group={rows.some((r) => r.pair !== rows[0].pair) ? (r) => between(r.pair) : undefined} columns={[
        { label: page.text('indicator'), head: true, cell: (r) => page.title(outcome_of(scenario, r.id).title, r.id) },
        { label: page.text('difference_of', between(rows[0].pair)), numeric: true, cell: (r) => <span class="number">{number_text(r.x.interval[0]!, 3)} … {number_text(r.x.interval[1]!, 3)} {unit_text(r.x.unit)}</span> },
        { label: page.text('probability_first'), numeric: true, cell: (r) => (r.x.probability_first_better === undefined ? '–' : percent_text(r.x.probability_first_better, 3)) },
        { label: page.text('verdict'), cell: (r) => words(r.x) },
      ]} />
      <p class="note">{page.text('differences_note')}</p>
    </>
  );
}

function Pareto({ scenario }: { scenario: StudyScenario }) {
  const page = usePage(), points = scenario.points?.routes ?? {}, names = routes_of(page, scenario).filter((r) => points[r]);
  const order = route_names(page.results), varies = (o: Outcome) => typeof o.quantiles?.['0.05'] === 'number' && o.quantiles['0.05'] !== o.quantiles['0.95'];
  const ids = ids_of(page, scenario, varies);
  const [x, set_x] = useState(ids.includes('unit_cost') ? 'unit_cost' : ids[1] ?? ids[0]), [y, set_y] = useState(ids.includes('carbon_footprint') ? 'carbon_footprint' : ids[0]);
  const clouds = useMemo((): Cloud[] => names.map((r) => {
    const nominal = (id: string) => scenario.routes[r].indicators[id]?.nominal ?? NaN, at = (id: string, k: number) => points[r][id]?.[k] ?? NaN;
    const n = points[r][x]?.length ?? 0, k = order.indexOf(r);
    return {
      name: page.route(r), colour: route_colour(k), symbol: ['circle', 'rect', 'triangle', 'diamond'][k % 4],
      points: Array.from({ length: n }, (_v, i): [number, number] => [at(x, i), at(y, i)]).filter((p) => p.every(Number.isFinite)),
      centre: [nominal(x), nominal(y)].every(Number.isFinite) ? [nominal(x), nominal(y)] : null,
    };
  }), [page, scenario, x, y]);
  if (ids.length < 2 || !clouds.some((c) => c.points.length)) return null;
  const name = (id: string) => page.title(outcome_of(scenario, id).title, id), with_unit_of = (id: string) => [name(id), unit_text(outcome_of(scenario, id).unit)].filter(Boolean).join(', ');
  const select = (value: string, set: (v: string) => void, label: string) => <label>{label} <select value={value} onChange={(e) => set(e.currentTarget.value)}>{ids.map((id) => <option value={id}>{name(id)}</option>)}</select></label>;
  return (
    <figure>
      <figcaption>{page.text('cloud')} <Exports name={`${x}-${y}`} rows={() => [['route', 'sample', x, y], ...clouds.flatMap((c) => c.points.map((p, k) => [c.name, k, ...p]))]} /></figcaption>
      <div class="tools">{select(x, set_x, page.text('axis_across'))}{select(y, set_y, page.text('axis_up'))}</div>
      <ul class="legend">{names.map((r) => <li><span aria-hidden="true" style={{ color: route_colour(order.indexOf(r)) }}>{['●', '■', '▲', '◆'][order.indexOf(r) % 4]}</span> {page.route(r)}</li>)}</ul>
      <CloudChart clouds={clouds} x={with_unit_of(x)} y={with_unit_of(y)} label={`${page.text('cloud')}: ${with_unit_of(x)}; ${with_unit_of(y)}`} />
      <p class="note">{page.text('cloud_note', scenario.points!.samples)}</p>
    </figure>
  );
}

function Drivers({ study, scenario }: { study: Study; scenario: StudyScenario }) {
  const page = usePage(), ids = ids_of(page, scenario, (o) => methods_of(o).length > 0);
  const [chosen, choose] = useState(ids[0]), id = ids.includes(chosen) ? chosen : ids[0];
  if (!id) return null;
  const names = routes_of(page, scenario).filter((r) => scenario.routes[r].indicators[id] && methods_of(scenario.routes[r].indicators[id]).length);
  const methods = [...new Set(names.flatMap((r) => methods_of(scenario.routes[r].indicators[id])))];
  return (
    <>
      <h3>{page.text('drivers_title')}</h3>
      <div class="tools"><label>{page.text('indicator')} <select value={id} onChange={(e) => choose(e.currentTarget.value)}>{ids.map((i) => <option value={i}>{page.title(outcome_of(scenario, i).title, i)}</option>)}</select></label></div>
      {methods.map((m) => (
        <>
          <p class="note">{page.text(`${m}_note`)}</p>
          <div class="pair">{names.filter((r) => scenario.routes[r].indicators[id][m]?.length).map((r) => <Driver key={`${id}${r}${m}`} study={study} outcome={scenario.routes[r].indicators[id]} route={r} method={m} />)}</div>
        </>
      ))}
    </>
  );
}

const high = '#0072b2', low = '#e69f00';

/// One bar (or a pair) per input, strongest first.
function Driver({ study, outcome, route, method }: { study: Study; outcome: Outcome; route: string; method: Method }) {
  const page = usePage(), unit = method === 'tornado' || method === 'morris' ? unit_text(outcome.unit) : '';
  const drawn = useMemo(() => {
    const list = (outcome[method] ?? []).filter((x) => method === 'tornado' || (x as { total?: number; mu_star?: number; total_bound?: number }).total || (x as { mu_star?: number }).mu_star || (x as { total_bound?: number }).total_bound).slice(0, 10);
    const named = list.map((x) => page.title(study.inputs[x.input]?.title, x.address));
    // The same words for two inputs say nothing: then the address stands beside them.
    const rows = named.map((t, k) => (named.filter((u) => u === t).length > 1 ? `${t} (${list[k].address.split('.').slice(-2).join('.')})` : t));
    const median = outcome.quantiles?.['0.5'] ?? 0;
    const told = (k: number, what: string) => `${rows[k]}: ${what}. ${list[k].address}, ${study.inputs[list[k].input]?.distribution ?? ''}`;
    const bars: Interval[] = method === 'tornado'
      ? (outcome.tornado ?? []).slice(0, 10).flatMap((x, row): Interval[] => [
        { row, from: median, to: x.low ?? median, colour: low, hatched: true, title: told(row, `${page.text('input_low')}: ${number_text(x.low ?? NaN)} ${unit}`) },
        { row, from: median, to: x.high ?? median, colour: high, title: told(row, `${page.text('input_high')}: ${number_text(x.high ?? NaN)} ${unit}`) },
      ])
      : (outcome[method] ?? []).slice(0, list.length).flatMap((x, row): Interval[] => {
        if (method === 'sobol') return [
          { row, from: 0, to: x.total ?? 0, colour: '#a5c8e1', high: 0.66, text: (x.total ?? 0) > (x.first ?? 0) ? number_text(x.total ?? 0, 2) : undefined, title: told(row, `${page.text('sobol_total')} ${number_text(x.total ?? 0, 3)} ± ${number_text(x.total_error ?? 0, 2)}`) },
          { row, from: 0, to: Math.max(0, x.first ?? 0), colour: high, high: 0.3, text: (x.total ?? 0) > (x.first ?? 0) ? undefined : number_text(x.total ?? 0, 2), title: told(row, `${page.text('sobol_first')} ${number_text(x.first ?? 0, 3)} ± ${number_text(x.first_error ?? 0, 2)}`) },
        ];
        if (method === 'morris') return [{ row, from: 0, to: x.mu ?? 0, colour: (x.mu ?? 0) < 0 ? low : high, hatched: (x.mu ?? 0) < 0, title: told(row, `mu ${number_text(x.mu ?? 0, 3)}, mu* ${number_text(x.mu_star ?? 0, 3)}, sigma ${number_text(x.sigma ?? 0, 3)}`) }];
        return [{ row, from: 0, to: x.total_bound ?? 0, colour: high, title: told(row, number_text(x.total_bound ?? 0, 3)), text: number_text(x.total_bound ?? 0, 2) }];
      });
    return { rows, bars, line: method === 'tornado' ? median : method === 'morris' ? 0 : undefined };
  }, [page, outcome, method]);
  if (!drawn.rows.length) return null;
  const title = `${page.title(outcome.title, '')}, ${page.route(route)}`;
  return (
    <figure>
      <figcaption><RouteName name={route} />{unit && <span class="meta"> {unit}</span>} <Exports name={`${title} ${method}`} rows={() => { const keys = Object.keys(outcome[method]![0]) as never[]; return [keys, ...outcome[method]!.map((x) => keys.map((k) => x[k] as string))]; }} /></figcaption>
      {method === 'tornado' && <ul class="legend"><li><span class="swatch hatch" style={{ backgroundColor: low }} aria-hidden="true" />{page.text('input_low')}</li><li><span class="swatch" style={{ background: high }} aria-hidden="true" />{page.text('input_high')}</li></ul>}
      {method === 'sobol' && <ul class="legend"><li><span class="swatch" style={{ background: '#a5c8e1' }} aria-hidden="true" />{page.text('sobol_total')}</li><li><span class="swatch" style={{ background: high }} aria-hidden="true" />{page.text('sobol_first')}</li></ul>}
      <Intervals {...drawn} min={method === 'sobol' || method === 'dgsm' ? 0 : undefined} label={`${title}: ${drawn.rows.join('; ')}`} label_share={0.44} />
      {method === 'tornado' && <p class="note">{page.text('median')}: <Quantity value={outcome.quantiles?.['0.5']} unit={outcome.unit} /></p>}
    </figure>
  );
}
