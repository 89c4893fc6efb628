import type { ComponentChildren } from 'preact';
import { Quantity, usePage } from '../context';
import { Exports } from '../draw/export';
import { Intervals } from '../draw/intervals';
import { number_text } from '../format';
import { describe, route_names, type BarrierChange, type BarrierRow } from '../results';
import { RouteTabs, Section, Table, type Column } from './common';

/// What holds a route back, by measurable proxies, and what removing each or each action would do (evaluated again).
export function Barriers() {
  const page = usePage(), { results } = page;
  if (!route_names(results).some((r) => results.routes[r].barriers?.rows.length)) return null;
  return <Section id="barriers" title="barriers"><RouteTabs label={page.text('barriers')}>{(route) => <RouteBarriers route={route} />}</RouteTabs></Section>;
}

function RouteBarriers({ route }: { route: string }) {
  const page = usePage(), register = page.results.routes[route].barriers;
  if (!register?.rows.length) return <p class="note">{page.text('no_barriers')}</p>;
  const rows = [...register.rows].sort((a, b) => (b.risk ?? -1) - (a.risk ?? -1)), known = rows.filter((r) => r.risk !== null);
  const title = (r: BarrierRow) => page.title(r.title, r.id), barrier = (id: string) => { const r = rows.find((x) => x.id === id); return r ? title(r) : id; };
  const actions = (ids: string[]) => ids.map((id) => page.title(register.actions.find((a) => a.id === id)?.title, id)).join(page.language === 'zh' ? '、' : ', ');
  const bars = known.map((r, row) => ({ row, from: 0, to: r.risk!, colour: '#a65500', text: number_text(r.risk!, 3), title: `${title(r)}: ${page.text('risk')} ${number_text(r.risk!, 3)} = ${number_text(r.likelihood ?? 0, 3)} × ${number_text(r.score ?? 0, 3)}` }));
  return (
    <>
      {known.length > 0 && <figure>
        <figcaption>{page.text('risk')} <Exports name={`barriers ${route}`} rows={() => [['barrier', 'likelihood', 'score', 'risk'], ...rows.map((r) => [r.id, r.likelihood, r.score, r.risk])]} /></figcaption>
        <Intervals rows={known.map(title)} bars={bars} min={0} max={4} label={bars.map((b) => b.title).join('; ')} label_share={0.3} />
      </figure>}
      <Table caption={page.text('barriers')} rows={rows} columns={[
        { label: page.text('barrier'), head: true, cell: (r) => <>{title(r)}{r.form && <span class="meta">{page.title(r.form, '')}</span>}</> },
        { label: page.text('score'), numeric: true, cell: (r) => <Quantity value={r.score} digits={3} /> },
        { label: page.text('likelihood'), numeric: true, cell: (r) => <Quantity value={r.likelihood} digits={3} /> },
        { label: page.text('decided_by'), cell: (r) => { const x = r.proxies.find((p) => p.id === r.worst); return x ? <>{page.title(x.title, x.id)}: <Quantity value={x.value.value} unit={x.value.unit} /> <span class="meta">{page.text('target')} <Quantity value={x.target?.value} unit={x.target?.unit} /></span></> : '–'; } },
        { label: page.text('actions'), cell: (r) => actions(r.actions) || (r.no_action ? page.title(r.no_action, '') : '–') },
      ]} />
      <Changes title={page.text('actions')} rows={register.actions} name={(a) => <>{page.title(a.title, a.id ?? '')}{a.cost && <span class="meta"><Quantity {...a.cost} />{a.yearly_cost && <> + <Quantity {...a.yearly_cost} /></>}</span>}</>} />
      <Changes title={page.text('removed')} rows={register.removed} name={(a) => <>{page.title(a.title, a.proxy ?? '')}<span class="meta">{barrier(a.barrier ?? '')}</span></>} />
      <p class="note">{page.text('barriers_note')}</p>
    </>
  );
}

function Changes({ title, rows, name }: { title: string; rows: BarrierChange[]; name: (row: BarrierChange) => ComponentChildren }) {
  const page = usePage();
  if (!rows.length) return null;
  const ids = [...new Set(rows.flatMap((r) => Object.keys(r.indicators)))];
  const lowered = (r: BarrierChange) => Object.values(r.risks).reduce((a, x) => a + (x.change ?? 0), 0);
  const change = (v: number | null | undefined, unit?: string) => (typeof v !== 'number' ? <span class="undefined">{page.text('not_defined')}</span> : Math.abs(v) < 1e-12 ? '0' : <>{v > 0 ? '+' : ''}<Quantity value={v} unit={unit} digits={3} /></>);
  return (
    <Table caption={title} rows={rows} limit={8} columns={[
      { label: title, head: true, cell: (r) => <>{name(r)}{r.failure && <span class="meta">{page.title(r.failure, '')}</span>}</> },
      ...ids.map((id): Column<BarrierChange> => ({ label: page.title(describe(page.results, id)?.title, id), numeric: true, cell: (r) => change(r.indicators[id]?.change, r.indicators[id]?.unit) })),
      { label: page.text('risk_change'), numeric: true, cell: (r) => change(lowered(r)) },
    ]} />
  );
}
