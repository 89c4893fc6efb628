import { useState } from 'preact/hooks';
import { Quantity, usePage } from '../context';
import { number_text, scientific, unit_text } from '../format';
import { describe, evidence_classes, route_names, type Closure, type Item, type Parameter, type Unit } from '../results';
import { EvidenceBadge, EvidenceBar, Place, RouteName, RouteTabs, Section, shared_unit, Table, with_header_unit, type Column } from './common';

export function Steps() {
  const page = usePage(), { results } = page;
  if (!route_names(results).some((r) => Object.keys(results.routes[r].steps ?? {}).length)) return null;
  return (
    <Section id="steps" title="steps">
      <RouteTabs label={page.text('steps')}>
        {(route) => {
          const steps = results.routes[route].steps ?? {}, rows = Object.keys(steps);
          const all = [...new Set(rows.flatMap((s) => Object.keys(steps[s].indicators)))], first = ['carbon_footprint', 'unit_cost'];
          const ids = [...first.filter((id) => all.includes(id)), ...all.filter((id) => !first.includes(id))].slice(0, 6);
          const unit = (id: string) => rows.map((s) => steps[s].indicators[id]?.unit).find(Boolean);
          return <Table caption={page.text('steps')} rows={rows} columns={[
            { label: page.text('step'), head: true, cell: (s) => <><span class="swatch" style={{ background: page.step_colour(s) }} aria-hidden="true" /> {page.step(s)}</> },
            ...ids.map((id): Column<string> => ({ label: [page.title(describe(results, id)?.title, id), unit_text(unit(id))].filter(Boolean).join(', '), numeric: true,
              cell: (s) => <Quantity value={steps[s].indicators[id]?.value} unit={unit(id)} bare /> })),
          ]} />;
        }}
      </RouteTabs>
    </Section>
  );
}

export function Inventory() {
  const page = usePage(), { results } = page;
  if (!route_names(results).some((r) => results.routes[r].inventory?.length)) return null;
  return (
    <Section id="inventory" title="inventory">
      <RouteTabs label={page.text('inventory')}>
        {(route) => {
          const units = results.routes[route].units ?? {}, weight = (i: Item) => Math.abs(i.impacts?.gwp100?.value ?? 0);
          const rows = [...(results.routes[route].inventory ?? [])].sort((a, b) => weight(b) - weight(a));
          const carbon = shared_unit(rows.map((i) => i.impacts?.gwp100)), cost = shared_unit(rows.map((i) => i.cost));
          return <Table caption={page.text('inventory')} limit={14} rows={rows} columns={[
            { label: page.text('item'), head: true, cell: (i) => <>{page.title(i.title, i.id)}<User item={i} units={units} /></> },
            { label: page.text('step'), cell: (i) => page.step(i.step) || '–' },
            { label: page.text('direction'), cell: (i) => page.word(i.direction) },
            { label: page.text('kind'), cell: (i) => page.word(i.kind, 'kind_') },
            { label: page.text('amount'), numeric: true, cell: (i) => <Quantity value={i.per_fu?.value} unit={i.per_fu?.unit ?? i.unit} /> },
            { label: `${page.text('factor')}`, numeric: true, cell: (i) => (i.factor ? <Quantity value={i.factor.value} unit={i.factor.unit} /> : '–') },
            { label: with_header_unit(page.text('impact'), carbon), numeric: true, cell: (i) => (i.impacts?.gwp100 ? <Quantity {...i.impacts.gwp100} bare={carbon !== null} /> : '–') },
            { label: with_header_unit(page.text('cost_column'), cost), numeric: true, cell: (i) => (i.cost ? <Quantity {...i.cost} bare={cost !== null} /> : '–') },
            { label: page.text('source'), cell: (i) => (i.factor ? <details class="inline"><summary><EvidenceBadge name={i.factor.evidence} /></summary><span class="source">{i.factor.source} ({page.text(i.factor.verified ? 'verified' : 'unverified')}) <Place {...i.factor} /></span></details> : '–') },
          ]} />;
        }}
      </RouteTabs>
    </Section>
  );
}

/// The unit that draws an item, where the id names one: "compressor.electricity".
function User({ item, units }: { item: Item; units: Record<string, Unit> }) {
  const page = usePage(), unit = item.id.slice(0, Math.max(0, item.id.lastIndexOf('.')));
  return units[unit] ? <span class="meta">{page.title(units[unit].title, unit)}</span> : null;
}

export function Assumptions() {
  const page = usePage(), { results } = page;
  if (!route_names(results).some((r) => results.routes[r].parameters?.length)) return null;
  return <Section id="assumptions" title="assumptions"><RouteTabs label={page.text('assumptions')}>{(route) => <Parameters rows={nearest_first(results.routes[route].parameters ?? [], route)} units={results.routes[route].units ?? {}} />}</RouteTabs></Section>;
}

/// What was changed, then what the route says itself, then the shared data, substances last.
function nearest_first(rows: Parameter[], route: string): Parameter[] {
  const rank = (p: Parameter) => (p.overridden ? 0 : p.path.startsWith(`${route}.`) ? 1 : p.path.startsWith('components.') ? 3 : 2);
  return [...rows].sort((a, b) => rank(a) - rank(b));
}

function Parameters({ rows, units }: { rows: Parameter[]; units: Record<string, Unit> }) {
  const page = usePage();
  const [text, set_text] = useState(''), [evidence, set_evidence] = useState('');
  const wanted = text.trim().toLowerCase();
  const shown = rows.filter((p) => (!evidence || p.evidence === evidence) &&
    (!wanted || [p.path, p.title?.en, p.title?.zh, p.source, p.file].some((t) => t?.toLowerCase().includes(wanted))));
  const owner = (p: Parameter) => {
    const unit = p.path.split('.')[1];
    return p.path.split('.').length > 2 && units[unit] ? `${page.title(units[unit].title, unit)}: ` : '';
  };
  const count = (c: string) => rows.filter((p) => p.evidence === c).length;
  return (
    <>
      <p class="counts"><span>{page.text('evidence_count')}:</span> {evidence_classes.map((c) => <span><EvidenceBadge name={c} /> {count(c)}</span>)} <EvidenceBar mix={Object.fromEntries(evidence_classes.map((c) => [c, count(c)]))} /></p>
      <div class="tools">
        <label>{page.text('filter')} <input type="search" value={text} placeholder={page.text('filter_hint')} onInput={(e) => set_text(e.currentTarget.value)} /></label>
        <label>{page.text('evidence')} <select value={evidence} onChange={(e) => set_evidence(e.currentTarget.value)}><option value="">{page.text('all_classes')}</option>{evidence_classes.map((c) => <option value={c}>{page.text(c)}</option>)}</select></label>
        <span class="meta" aria-live="polite">{page.text('rows_shown', shown.length, rows.length)}</span>
      </div>
      <Table caption={page.text('assumptions')} limit={12} rows={shown} row_class={(p) => (p.overridden ? 'overridden' : undefined)} columns={[
        { label: page.text('parameter'), head: true, cell: (p) => <>{owner(p)}{page.title(p.title, p.path)}{p.overridden && <span class="changed">{page.text('overridden')}</span>}<code class="place">{p.path}</code></> },
        { label: page.text('value'), numeric: true, cell: (p) => <Quantity value={p.value} unit={p.unit} /> },
        { label: page.text('range'), numeric: true, cell: (p) => (p.range ? `${number_text(p.range[0], 3)} … ${number_text(p.range[1], 3)}` : '–') },
        { label: page.text('evidence'), cell: (p) => <EvidenceBadge name={p.evidence} /> },
        { label: page.text('source'), cell: (p) => <><span class="source">{p.source}</span><Place {...p} /></> },
      ]} />
    </>
  );
}

const closes = (c: Closure) => typeof c.value === 'number' && (c.limit === undefined || Math.abs(c.value) <= c.limit);
const element = /^[A-Z][a-z]?$|^COD$/;

export function Balances() {
  const page = usePage(), { results } = page, names = route_names(results);
  const quantities = [...new Set(names.flatMap((r) => Object.keys(results.routes[r].closure ?? {})))];
  if (!quantities.length) return null;
  const name = (q: string) => (element.test(q) ? q : page.word(`closure_${q}`).replace(/^closure /, ''));
  return (
    <Section id="closure" title="closure">
      <p class="note">{page.text('closure_note')}</p>
      <Table caption={page.text('closure')} rows={quantities} columns={[
        { label: page.text('quantity'), head: true, cell: name },
        ...names.map((r): Column<string> => ({ label: page.route(r), cell: (q) => <Residual closure={results.routes[r].closure?.[q]} /> })),
      ]} />
      {names.map((r) => {
        const worst = Object.entries(results.routes[r].units ?? {}).flatMap(([u, x]) => Object.entries(x.closure ?? {}).map(([q, c]) => ({ u, q, v: Math.abs(c.value ?? 0), title: x.title }))).sort((a, b) => b.v - a.v)[0];
        const s = results.routes[r].solver;
        return (
          <p class="note">
            <RouteName name={r} />{': '}{worst && page.text('worst_unit', scientific(worst.v), page.title(worst.title, worst.u), name(worst.q))}{' '}
            {s?.unknowns !== undefined && page.text('solver_note', s.unknowns, s.newton_iterations ?? '–', s.residual === undefined ? '–' : scientific(s.residual))}
          </p>
        );
      })}
    </Section>
  );
}

function Residual({ closure }: { closure: Closure | undefined }) {
  const page = usePage();
  if (!closure || typeof closure.value !== 'number')
    return <span class="undefined">{page.text('not_defined')}{closure?.missing?.length ? ` (${page.text('missing_for', closure.missing.map((m) => page.component(m)).join(', '))})` : ''}</span>;
  const good = closes(closure);
  return (
    <span class={good ? 'closes' : 'open'} title={String(closure.value)}>
      <b aria-hidden="true">{good ? '✓' : '✗'}</b> {page.text(good ? 'closes' : 'does_not_close')} <span class="number">{scientific(closure.value)}</span>
      {closure.limit !== undefined && <span class="meta"> ({page.text('limit')} {scientific(closure.limit, 1)})</span>}
    </span>
  );
}
