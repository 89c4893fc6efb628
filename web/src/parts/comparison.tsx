import { useCallback } from 'preact/hooks';
import { Quantity, usePage } from '../context';
import { Chart } from '../draw/chart';
import { Exports } from '../draw/export';
import { font, wrap } from '../draw/measure';
import { percent_text, unit_text } from '../format';
import { route_colour } from '../palette';
import { best_route, describe, indicator_ids, route_names, value_of } from '../results';
import type { TextId } from '../texts';
import { IndicatorName } from './explain';
import { EvidenceBar, EvidenceLegend, RouteName, Section, Table, type Column } from './common';

const groups: [TextId, RegExp][] = [
  ['group_climate', /^(carbon|environmental)/],
  ['group_energy', /^(energy|thermal)/],
  ['group_water', /^(water|cod|voc)/],
  ['group_mass', /^(pmi|e_factor|atom|solvent|mass|yield|reaction)/],
  ['group_economy', /^(unit_cost|minimum|npv|irr|payback|capital|cost|operating)/],
  ['group_other', /./],
];
const group_of = (id: string) => groups.findIndex(([, pattern]) => pattern.test(id));

export function Comparison() {
  const page = usePage(), { results } = page, names = route_names(results);
  const ids = indicator_ids(results).map((id, k) => ({ id, k })).sort((a, b) => group_of(a.id) - group_of(b.id) || a.k - b.k).map((x) => x.id);
  const info = (id: string) => describe(results, id);
  const columns: Column<string>[] = [
    { label: page.text('indicator'), head: true, cell: (id) => <><IndicatorName id={id} />{info(id)?.boundary && <span class="meta">{page.text(info(id)!.boundary!)}</span>}</> },
    { label: page.text('unit'), cell: (id) => unit_text(info(id)?.unit) || '–' },
    ...names.map((r, k): Column<string> => ({
      label: page.route(r), numeric: true,
      cell: (id) => {
        const best = best_route(results, id) === r;
        return <span class={best ? 'is-best' : undefined} style={best ? { borderColor: route_colour(k) } : undefined}>{best && <span class="best">{page.text('best')}</span>}<Quantity value={value_of(results, r, id)} unit={info(id)?.unit} bare /></span>;
      },
    })),
    ...(names.length > 1 ? [{ label: page.text('difference'), numeric: true, cell: (id: string) => difference(page.results, id) }] : []),
    { label: page.text('evidence'), cell: (id) => <span class="bars">{names.map((r) => <EvidenceBar mix={results.routes[r].indicators[id]?.evidence} />)}</span> },
  ];
  const note = results.comparison?.note;
  return (
    <Section id="comparison" title="comparison">
      {note && <p class="note">{page.title(note, '')}</p>}
      <Table caption={page.text('comparison')} columns={columns} rows={ids} group={(id) => page.text(groups[group_of(id)][0])} />
      <div class="under">
        <EvidenceLegend />
        <p class="note">{page.text('evidence_legend')} {names.length > 1 && page.text('difference_note')}</p>
      </div>
      <Profile ids={ids} />
      <details>
        <summary>{page.text('definitions')}</summary>
        <dl class="definitions">
          {ids.filter((id) => info(id)?.definition).map((id) => <div><dt>{page.title(info(id)!.title, id)} <code>{id}</code></dt><dd>{page.title(info(id)!.definition, '')}</dd></div>)}
        </dl>
      </details>
    </Section>
  );
}

/// "−25 %": the best route against the worst.
function difference(results: Parameters<typeof describe>[0], id: string): string {
  const best = best_route(results, id);
  if (!best) return '–';
  const vb = value_of(results, best, id)!, others = route_names(results).filter((r) => r !== best).map((r) => value_of(results, r, id)).filter((v): v is number => v !== null);
  const lower = describe(results, id)?.better !== 'higher';
  const worst = lower ? Math.max(...others) : Math.min(...others);
  if (!others.length || worst === 0) return '–';
  const change = (vb - worst) / Math.abs(worst);
  return `${change > 0 ? '+' : ''}${percent_text(change)}`;
}

/// Radar of the lower-is-better indicators that every route defines, largest value = 100 %.
function Profile({ ids }: { ids: string[] }) {
  const page = usePage(), { results } = page, names = route_names(results);
  const axes = ids.filter((id) => describe(results, id)?.better === 'lower' && !/_(gate|cradle|net|fossil|biogenic|equivalent|mj)$|^pmi_wet|^e_factor/.test(id) &&
    names.every((r) => (value_of(results, r, id) ?? 0) > 0)).slice(0, 9);
  const option = useCallback((width: number) => ({
    textStyle: { fontFamily: font },
    radar: {
      indicator: axes.map((id) => ({ name: page.title(describe(results, id)!.title, id), max: 100 })), shape: 'polygon', radius: width < 500 ? '40%' : '76%', splitNumber: 4,
      axisName: { color: '#10201b', fontSize: 12, lineHeight: 15, formatter: (t: string) => wrap(t, width < 500 ? 88 : 150, 12, 4).join('\n') }, splitArea: { show: false },
      splitLine: { lineStyle: { color: '#d9e0dd' } }, axisLine: { lineStyle: { color: '#d9e0dd' } },
    },
    tooltip: { trigger: 'item', valueFormatter: (v: number) => `${v.toFixed(0)} %` },
    series: [{ type: 'radar', data: names.map((r, k) => ({
      name: page.route(r), value: axes.map((id) => (100 * value_of(results, r, id)!) / Math.max(...names.map((n) => value_of(results, n, id)!))),
      lineStyle: { color: route_colour(k), width: 2.5, type: k === 0 ? 'solid' : k === 1 ? 'dashed' : 'dotted' }, itemStyle: { color: route_colour(k) }, symbol: ['circle', 'rect', 'triangle', 'diamond'][k % 4], symbolSize: 7, areaStyle: { color: route_colour(k), opacity: 0.08 },
    })) }],
  }), [page]);
  if (axes.length < 3 || names.length < 2) return null;
  return (
    <figure>
      <figcaption>{page.text('profile')} <Exports name={page.text('profile')} rows={() => [[page.text('indicator'), page.text('unit'), ...names.map((r) => page.route(r))], ...axes.map((id) => [id, describe(results, id)!.unit, ...names.map((r) => value_of(results, r, id))])]} /></figcaption>
      <ul class="legend">{names.map((r, k) => <li><span class={`line-mark mark-${Math.min(k, 2)}`} style={{ borderColor: route_colour(k) }} aria-hidden="true" /><RouteName name={r} /></li>)}</ul>
      <Chart option={option} height={380} label={page.text('profile')} />
    </figure>
  );
}

