import { main_study } from '../attached';
import { usePage } from '../context';
import { number_text, percent_text, scientific } from '../format';
import { evidence_classes, route_names, value_of, type Ranking } from '../results';
import { EvidenceBar, RouteName, Section } from './common';
import { Card, headline, key_indicators } from './summary';

/// The first page: what is decided, by which figures, and how far they can be trusted.
export function Decision() {
  const page = usePage(), { results } = page, study = main_study(page.attached);
  const ranking = study?.scenario.ranking ?? results.comparison?.ranking, lines = headline(page);
  const single = study?.scenario.ranking ? results.comparison?.ranking : undefined;
  const basis = !ranking ? null : study?.scenario.ranking ? page.text('basis_study', number_text(ranking.samples?.used ?? study.study.study.samples), study.study.study.inputs) : page.text('basis_single');
  return (
    <Section id="summary" title="decision">
      <div class="headline">
        {ranking && <><p class="lead">{page.named(page.title(ranking.text, ''))}{page.language === 'zh' ? '。' : '.'}</p><p class="note">{basis}</p></>}
        {ranking && held_back(page, ranking).map((l) => <p>{l}</p>)}
        {lines.map((l, k) => <p class={!ranking && k === 0 ? 'lead' : undefined}>{l}</p>)}
        {single && single.winner !== ranking?.winner && <p>{page.text('single_differs', page.named(page.title(single.text, '')))}</p>}
      </div>
      <div class="cards">{key_indicators(results).map((id) => <Card id={id} />)}</div>
      {ranking && <Weights ranking={ranking} />}
      <h3>{page.text('trust')}</h3>
      <div class="cards trust"><Uncertain /><Estimated /><Closes /><Limits /><Levels /></div>
    </Section>
  );
}

function held_back(page: ReturnType<typeof usePage>, ranking: Ranking): string[] {
  return Object.entries(ranking.admitted ?? {}).filter(([, in_]) => !in_).map(([r]) => page.text('held_back', page.route(r)));
}

/// Which route each method and set of weights puts first, where weights were needed.
function Weights({ ranking }: { ranking: Ranking }) {
  const page = usePage();
  if (!ranking.scored?.length) return null;
  const order = page.results.comparison?.routes ?? route_names(page.results);
  return (
    <details>
      <summary>{page.text('weights')}</summary>
      <ul>
        {ranking.scored.map((s) => <li>{page.word(s.method, 'method_')}, {page.word(s.weights, 'weights_')}: <b>{page.route(s.first)}</b> ({percent_text(s.probability_first[order.indexOf(s.first)] ?? 0, 3)})</li>)}
      </ul>
      {(ranking.weight_shares ?? []).length > 0 && <p class="note">{page.text('weight_shares', ranking.weight_shares!.map((s, k) => `${page.route(order[k])} ${percent_text(s.share, 3)}`).join(page.language === 'zh' ? '，' : ', '))}</p>}
    </details>
  );
}

function Uncertain() {
  const page = usePage(), { results } = page, study = main_study(page.attached);
  const id = key_indicators(results)[0];
  if (!study) return <article class="card"><h4>{page.text('is_uncertain')}</h4><p>{page.text('no_study')} <code class="command">viresco study {results.case.path ?? 'CASE'} --report FILE</code></p></article>;
  const drivers = [...new Set(route_names(results).flatMap((r) => (study.scenario.routes[r]?.indicators[id]?.tornado ?? []).slice(0, 3).map((t) => page.title(study.study.inputs[t.input]?.title, t.address))))];
  const lost = route_names(results).flatMap((r) => { const f = study.scenario.routes[r]?.failures; return f?.count ? [`${page.route(r)} ${percent_text(f.count / f.of)}`] : []; });
  return (
    <article class="card">
      <h4>{page.text('is_uncertain')}</h4>
      <p>{page.text('study_of', number_text(study.study.study.samples), study.study.study.inputs)}</p>
      {drivers.length > 0 && <p>{page.sentence('drivers', page.title(results.routes[route_names(results)[0]].indicators[id]?.title, id), drivers.slice(0, 5).join(page.language === 'zh' ? '、' : '; '))}</p>}
      {lost.length > 0 && <p class="note">{page.text('lost_samples', lost.join(', '))}</p>}
      <p class="note"><a href="#uncertainty">{page.text('uncertainty')}</a></p>
    </article>
  );
}

/// The evidence behind the first indicators.
function Estimated() {
  const page = usePage(), { results } = page, names = route_names(results);
  const ids = key_indicators(results).filter((id) => names.some((r) => results.routes[r].indicators[id]?.evidence && value_of(results, r, id) !== null)).slice(0, names.length > 2 ? 1 : 2);
  if (!ids.length) return null;
  return (
    <article class="card">
      <h4>{page.text('is_estimated')}</h4>
      {ids.map((id) => (
        <>
          <p class="meta">{page.title(results.routes[names[0]].indicators[id]?.title, id)}</p>
          {names.map((r) => {
            const mix = results.routes[r].indicators[id]?.evidence, total = evidence_classes.reduce((a, c) => a + (mix?.[c] ?? 0), 0);
            return mix && total > 0 && <p class="counts"><RouteName name={r} /> <EvidenceBar mix={mix} /> <span>{page.text('estimate')} {Math.round((100 * (mix.estimate ?? 0)) / total)} %</span></p>;
          })}
        </>
      ))}
      <p class="note"><a href="#assumptions">{page.text('assumptions')}</a></p>
    </article>
  );
}

function Closes() {
  const page = usePage(), { results } = page;
  const all = route_names(results).flatMap((r) => Object.values(results.routes[r].closure ?? {}));
  const known = all.filter((c) => typeof c.value === 'number'), bad = known.filter((c) => c.limit !== undefined && Math.abs(c.value!) > c.limit);
  if (!all.length) return null;
  const worst = Math.max(0, ...known.map((c) => Math.abs(c.value!)));
  return (
    <article class="card">
      <h4>{page.text('closure')}</h4>
      <p class={bad.length ? 'open' : 'closes'}><b aria-hidden="true">{bad.length ? '✗' : '✓'}</b> {bad.length ? page.text('some_open', bad.length, known.length) : page.text('all_close', known.length)}</p>
      <p class="note">{page.text('largest_residual', scientific(worst))}{all.length > known.length && ` ${page.text('not_told', all.length - known.length)}`} <a href="#closure">{page.text('closure')}</a></p>
    </article>
  );
}

function Limits() {
  const page = usePage(), { results } = page, names = route_names(results).filter((r) => results.routes[r].limits?.length);
  if (!names.length) return null;
  return (
    <article class="card">
      <h4>{page.text('compliance')}</h4>
      {names.map((r) => {
        const count = new Map<string, number>();
        for (const l of results.routes[r].limits!) count.set(l.status, (count.get(l.status) ?? 0) + 1);
        return <p><RouteName name={r} />: {[...count].map(([s, n]) => `${n} × ${page.word(s, 'status_')}`).join(page.language === 'zh' ? '；' : '; ')}</p>;
      })}
      {names.some((r) => results.routes[r].limits!.some((l) => !l.verified)) && <p class="note">{page.text('unverified_limits')} <a href="#compliance">{page.text('compliance')}</a></p>}
    </article>
  );
}

function Levels() {
  const page = usePage(), { results } = page, names = route_names(results).filter((r) => results.routes[r].maturity);
  if (!names.length) return null;
  return (
    <article class="card">
      <h4>{page.text('maturity')}</h4>
      {names.map((r) => {
        const m = results.routes[r].maturity!, weakest = m.steps?.find((s) => s.unit === m.weakest);
        return <p><RouteName name={r} />: TRL {m.trl ?? '–'}{m.stage && `, ${page.title(m.stage, '')}`}{weakest && ` (${page.text('weakest_link')}: ${page.title(weakest.title, weakest.unit)})`}{m.required_trl ? ` ${page.text(m.passes ? 'trl_met' : 'trl_missed', m.required_trl)}` : ''}</p>;
      })}
      <p class="note"><a href="#maturity">{page.text('maturity')}</a></p>
    </article>
  );
}
