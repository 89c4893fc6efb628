import { Quantity, usePage } from '../context';
import { percent_text } from '../format';
import { route_names, type Limit, type MaturityStep } from '../results';
import { RouteName, RouteTabs, Section, Table, type Column } from './common';

const sign: Record<string, string> = { compliant: '✓', within_unverified: '(✓)', exceeds: '✗', exceeds_unverified: '(✗)', not_defined: '–' };

/// Every limit, what each route has, and the judgement in words: an unverified value never makes anything compliant.
export function Compliance() {
  const page = usePage(), { results } = page, names = route_names(results).filter((r) => results.routes[r].limits?.length);
  if (!names.length) return null;
  const of = (r: string, id: string) => results.routes[r].limits!.find((l) => l.id === id);
  const ids = [...new Set(names.flatMap((r) => results.routes[r].limits!.map((l) => l.id)))], any = (id: string) => names.map((r) => of(r, id)).find(Boolean)!;
  const columns: Column<string>[] = [
    { label: page.text('requirement'), head: true, cell: (id) => { const l = any(id); return <>{page.title(l.title, id)}{l.condition && <span class="meta">{page.title(l.condition, '')}</span>}</>; } },
    { label: page.text('standard'), cell: (id) => { const l = any(id); return <>{l.standard}{l.table && <span class="meta"> {page.text('table_of', l.table)}</span>}{l.effective && <span class="meta block">{page.text('since', l.effective)}</span>}<span class="place">{page.text(l.verified ? 'verified' : 'unverified')}: {l.source}</span></>; } },
    { label: page.text('limit'), numeric: true, cell: (id) => <>{any(id).side === 'at_least' ? '≥ ' : '≤ '}<Quantity value={any(id).limit.value} unit={any(id).limit.unit} /></> },
    ...names.map((r): Column<string> => ({ label: page.route(r), cell: (id) => <Judged limit={of(r, id)} /> })),
  ];
  return (
    <Section id="compliance" title="compliance">
      <Table caption={page.text('compliance')} rows={ids} columns={columns} />
      <p class="note">{page.text('compliance_note')}</p>
    </Section>
  );
}

function Judged({ limit }: { limit: Limit | undefined }) {
  const page = usePage();
  if (!limit) return <span class="undefined">{page.text('not_defined')}</span>;
  const out = limit.status.startsWith('exceeds');
  return (
    <span class={out ? 'judged out' : 'judged'}>
      {limit.status !== 'not_defined' && <Quantity value={limit.measured.value} unit={limit.measured.unit} />}
      <span class="block"><b aria-hidden="true">{sign[limit.status] ?? ''}</b> {page.word(limit.status, 'status_')}</span>
      {typeof limit.margin === 'number' && <span class="meta">{page.text(limit.margin < 0 ? 'beyond_by' : 'below_by', percent_text(Math.abs(limit.margin)))}</span>}
    </span>
  );
}

/// Readiness step by step; the weakest critical one is the route's.
export function MaturityLevels() {
  const page = usePage(), { results } = page;
  if (!route_names(results).some((r) => results.routes[r].maturity?.steps?.length)) return null;
  return (
    <Section id="maturity" title="maturity">
      <RouteTabs label={page.text('maturity')}>
        {(route) => {
          const m = results.routes[route].maturity;
          if (!m?.steps?.length) return <p class="note">{page.text('no_levels')}</p>;
          const rows = [...m.steps].sort((a, b) => a.trl - b.trl);
          return (
            <>
              <p><RouteName name={route} />: <b>TRL {m.trl ?? '–'}</b>{m.mrl ? `, MRL ${m.mrl}` : ''}{m.stage && ` (${page.title(m.stage, '')})`}.{m.required_trl ? ` ${page.text(m.passes ? 'trl_met' : 'trl_missed', m.required_trl)}` : ''}</p>
              <Table caption={page.text('maturity')} limit={14} rows={rows} row_class={(s) => (s.unit === m.weakest ? 'overridden' : undefined)} columns={[
                { label: page.text('unit_operation'), head: true, cell: (s) => <>{page.title(s.title, s.unit)}{s.unit === m.weakest && <span class="changed">{page.text('weakest_link')}</span>}</> },
                { label: 'TRL', cell: (s) => <Level step={s} /> },
                { label: 'MRL', numeric: true, cell: (s) => s.mrl ?? '–' },
                { label: page.text('critical'), cell: (s) => page.text(s.critical ? 'yes' : 'no') },
                { label: page.text('evidence'), cell: (s) => <>{s.evidence ?? <span class="undefined">{page.text('not_defined')}</span>}{s.date && <span class="meta"> {s.date}</span>}</> },
              ]} />
              {m.units_without_level ? <p class="note">{page.text('without_level', m.units_without_level)}</p> : null}
            </>
          );
        }}
      </RouteTabs>
    </Section>
  );
}

/// Nine boxes, as many filled as the level.
function Level({ step }: { step: MaturityStep }) {
  return <span class="level"><b>{step.trl}</b><span class="boxes" aria-hidden="true">{[1, 2, 3, 4, 5, 6, 7, 8, 9].map((k) => <span class={k <= step.trl ? 'full' : undefined} />)}</span></span>;
}
