import { main_study } from '../attached';
import { Page, Quantity, usePage } from '../context';
import { number_text, percent_text, unit_text, with_unit } from '../format';
import { route_colour } from '../palette';
import { best_route, describe, indicator_ids, route_names, value_of, type Results } from '../results';
import type { TextId } from '../texts';
import { RouteName } from './common';
import { IndicatorName } from './explain';

const key_figures = ['carbon_footprint', 'unit_cost', 'energy_intensity', 'npv', 'water_use', 'cod_load', 'payback', 'irr', 'capital_cost', 'pmi_dry', 'e_factor_dry', 'voc_emission', 'pmi_wet', 'minimum_selling_price'];

/// Four to six indicators that the decision is told by: what the ranking looks at, then what is known.
export function key_indicators(results: Results): string[] {
  const has = (id: string) => route_names(results).some((r) => value_of(results, r, id) !== null);
  const order = [...(results.comparison?.ranking?.criteria ?? []), ...key_figures, ...indicator_ids(results)];
  const told = [...new Set(order)].filter((id) => has(id) && route_names(results).some((r) => value_of(results, r, id) !== 0));
  return told.slice(0, 6);
}

/// One key figure: every route with its value, a bar to compare them, and the best named.
export function Card({ id }: { id: string }) {
  const page = usePage(), { results } = page, names = route_names(results);
  const info = describe(results, id)!, best = best_route(results, id);
  const outcomes = main_study(page.attached)?.scenario.routes;
  const largest = Math.max(...names.map((r) => Math.abs(value_of(results, r, id) ?? 0)));
  return (
    <article class="card">
      <h3><IndicatorName id={id} /></h3>
      <p class="meta">{[unit_text(info.unit), info.boundary && page.text(info.boundary)].filter(Boolean).join(' · ')}</p>
      {names.map((r, k) => {
        const v = value_of(results, r, id);
        return (
          <div class="figure-row">
            <span class="who">{names.length > 1 && <RouteName name={r} />}{r === best && <span class="best">{page.text('best')}</span>}</span>
            <span class="what"><Quantity value={v} unit={info.unit} digits={3} bare /></span>
            <Span quantiles={outcomes?.[r]?.indicators[id]?.quantiles} />
            {names.length > 1 && <span class="bar" aria-hidden="true"><span style={{ width: `${largest > 0 ? (100 * Math.abs(v ?? 0)) / largest : 0}%`, background: route_colour(k) }} /></span>}
          </div>
        );
      })}
    </article>
  );
}

/// Where the middle nine tenths of a study's samples lie.
function Span({ quantiles }: { quantiles: Record<string, number | null> | undefined }) {
  const page = usePage(), low = quantiles?.['0.05'], high = quantiles?.['0.95'];
  if (typeof low !== 'number' || typeof high !== 'number') return null;
  return <span class="span meta">{page.text('span_of', number_text(low, 3), number_text(high, 3))}</span>;
}

/// What the numbers say, in sentences: best against worst on carbon and cost, the step that dominates, the step that changes.
export function headline(page: Page): string[] {
  const { results } = page, names = route_names(results), lines: string[] = [];
  const show = (id: string, v: number) => with_unit(v, describe(results, id)?.unit, 3);
  const compare = (id: string, text: TextId) => {
    const info = describe(results, id);
    const known = names.filter((r) => value_of(results, r, id) !== null);
    if (!info || !known.length) return;
    const name = page.title(info.title, id), inside = page.language === 'en' ? name.replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase()) : name;
    if (known.length < 2) {
      lines.push(page.text('headline_single', page.route(known[0]), inside, show(id, value_of(results, known[0], id)!)));
      return;
    }
    const best = best_route(results, id);
    if (!best) {
      lines.push(page.text('headline_equal', '', name, known.map((r) => `${page.route(r)} ${show(id, value_of(results, r, id)!)}`).join(page.language === 'zh' ? '；' : '; ')));
      return;
    }
    const worst = [...known].sort((a, b) => value_of(results, b, id)! - value_of(results, a, id)!)[0];
    const vb = value_of(results, best, id)!, vw = value_of(results, worst, id)!;
    if (best !== worst && vw > 0) lines.push(page.text(text, page.route(best), inside, show(id, vb), percent_text(1 - vb / vw), page.route(worst), show(id, vw)));
  };
  compare('carbon_footprint', 'headline_less');
  compare('unit_cost', 'headline_cost');
  if (names.length === 1 && value_of(results, names[0], 'npv') !== null) {
    const told = ['npv', 'payback', 'irr'].filter((id) => value_of(results, names[0], id) !== null).map((id) => `${page.title(describe(results, id)?.title, id)} ${show(id, value_of(results, names[0], id)!)}`);
    lines.unshift(page.text('headline_money', page.route(names[0]), told.join(page.language === 'zh' ? '，' : ', ')));
  }
  lines.push(...hot_spots(page));
  return lines.map((l) => l.replace(/^[a-z](?=[a-z])/, (c) => c.toUpperCase()));
}

function hot_spots(page: Page): string[] {
  const { results } = page, lines: string[] = [];
  const by_route = route_names(results).map((r) => {
    const steps = Object.entries(results.routes[r].steps ?? {}).map(([s, x]) => [s, x.indicators.carbon_footprint?.value ?? 0] as const).filter(([, v]) => v > 0);
    const total = steps.reduce((a, [, v]) => a + v, 0);
    const top = [...steps].sort((a, b) => b[1] - a[1])[0];
    return { r, steps: new Map(steps), total, top };
  });
  const known = by_route.filter((x) => x.top && x.steps.size > 1);
  if (!known.length) return lines;
  const share = (x: (typeof known)[0]) => percent_text(x.top[1] / x.total);
  if (known.length > 1 && known.every((x) => x.top[0] === known[0].top[0] && x.top[1] > 0.4 * x.total))
    lines.push(page.text('hot_spot_all', page.step(known[0].top[0]), known.map((x) => page.text('share_in', page.route(x.r), share(x))).join(page.text('and'))));
  else for (const x of known) lines.push(page.text('hot_spot_one', page.route(x.r), page.step(x.top[0]), share(x)));
  if (known.length === 2) {
    const [a, b] = known, unit = unit_text(describe(results, 'carbon_footprint')?.unit);
    const changes = page.steps.map((s) => ({ s, from: a.steps.get(s) ?? 0, to: b.steps.get(s) ?? 0 })).sort((x, y) => Math.abs(y.from - y.to) - Math.abs(x.from - x.to));
    const c = changes[0];
    if (c && Math.abs(c.from - c.to) > 0.02 * a.total) {
      const worse = c.from >= c.to ? c : { s: c.s, from: c.to, to: c.from };
      const [first, second] = c.from >= c.to ? [a.r, b.r] : [b.r, a.r];
      lines.push(page.text('reduction_step', page.step(c.s), `${number_text(worse.from, 3)} ${unit}${page.language === 'zh' ? '（' : ' ('}${page.route(first)}${page.language === 'zh' ? '）' : ')'}`,
        `${number_text(worse.to, 3)} ${unit}${page.language === 'zh' ? '（' : ' ('}${page.route(second)}${page.language === 'zh' ? '）' : ')'}`));
    }
  }
  return lines;
}
