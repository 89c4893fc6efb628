import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { Quantity, usePage } from '../context';
import { percent_text, unit_text } from '../format';
import { describe, route_names, value_of, type Item } from '../results';
import { EvidenceBar, EvidenceBadge, Place, RouteName, Table } from './common';

const open_one = createContext<(id: string) => void>(() => undefined);

/// Holds the one dialog of the page in which an indicator is explained.
export function Explanations({ children }: { children: ComponentChildren }) {
  const [id, set] = useState<string | null>(null), dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => { if (id) dialog.current?.showModal(); }, [id]);
  return (
    <open_one.Provider value={set}>
      {children}
      <dialog ref={dialog} onClose={() => set(null)} onClick={(e) => { if (e.target === dialog.current) dialog.current?.close(); }} aria-labelledby="explained">
        {id && <Explained id={id} close={() => dialog.current?.close()} />}
      </dialog>
    </open_one.Provider>
  );
}

/// The name of an indicator; a click tells where its value comes from.
export function IndicatorName({ id }: { id: string }) {
  const page = usePage(), open = useContext(open_one), title = page.title(describe(page.results, id)?.title, id);
  return <button type="button" class="explain" onClick={() => open(id)} title={page.text('explain_hint')} aria-haspopup="dialog">{title}</button>;
}

/// The items that an indicator is a sum of, where results.json tells their parts.
const parts: Record<string, (i: Item) => number | null | undefined> = {
  carbon_footprint: (i) => (i.kind === 'credit' ? 0 : i.impacts?.gwp100?.value),
  carbon_footprint_gate: (i) => (i.kind === 'credit' || i.kind === 'material' || i.kind === 'product' ? 0 : i.impacts?.gwp100?.value),
  unit_cost_variable: (i) => (i.kind === 'credit' ? 0 : i.cost?.value),
  unit_cost_energy: (i) => (i.kind === 'energy' ? i.cost?.value : 0),
  energy_intensity: (i) => (i.kind === 'energy' ? i.energy?.value : 0),
  energy_intensity_mj: (i) => (i.kind === 'energy' ? i.energy?.value : 0),
};

function Explained({ id, close }: { id: string; close: () => void }) {
  const page = usePage(), { results } = page, info = describe(results, id)!, names = route_names(results);
  return (
    <div class="explained">
      <button type="button" class="close" onClick={close}>{page.text('close')}</button>
      <h2 id="explained">{page.title(info.title, id)} <code>{id}</code></h2>
      {info.definition && <p>{page.title(info.definition, '')}</p>}
      <dl class="facts">
        <div><dt>{page.text('unit')}</dt><dd>{unit_text(info.unit) || '1'}</dd></div>
        {info.boundary && <div><dt>{page.text('boundary')}</dt><dd>{page.text(info.boundary)}</dd></div>}
        <div><dt>{page.text('better_is')}</dt><dd>{page.text(info.better === 'lower' ? 'lower' : info.better === 'higher' ? 'higher' : 'neither')}</dd></div>
      </dl>
      {info.formula && <><p class="meta">{page.text('formula')} <Place {...info} /></p><pre>{info.formula}</pre></>}
      {names.map((r) => <RouteExplained route={r} id={id} />)}
    </div>
  );
}

function RouteExplained({ route, id }: { route: string; id: string }) {
  const page = usePage(), data = page.results.routes[route], info = data.indicators[id];
  if (!info) return null;
  const value = value_of(page.results, route, id);
  const steps = Object.entries(data.steps ?? {}).map(([s, x]) => ({ s, v: x.indicators[id]?.value ?? 0, unit: x.indicators[id]?.unit })).filter((x) => x.v !== 0).sort((a, b) => Math.abs(b.v) - Math.abs(a.v));
  const total = steps.reduce((a, x) => a + x.v, 0);
  const items = parts[id] ? (data.inventory ?? []).map((i) => ({ i, v: parts[id](i) ?? 0 })).filter((x) => x.v !== 0).sort((a, b) => Math.abs(b.v) - Math.abs(a.v)) : [];
  const sum = items.reduce((a, x) => a + x.v, 0), top = items.slice(0, 8);
  const text = page.attached.explanations?.[route]?.[id];
  return (
    <section>
      <h3><RouteName name={route} />: <Quantity value={value} unit={info.unit} /></h3>
      {info.evidence && <p class="counts"><span>{page.text('evidence')}:</span> <EvidenceBar mix={info.evidence} /></p>}
      {steps.length > 1 && <Table caption={page.text('steps')} rows={steps} columns={[
        { label: page.text('step'), head: true, cell: (x) => page.step(x.s) },
        { label: page.text('value'), numeric: true, cell: (x) => <Quantity value={x.v} unit={x.unit} /> },
        { label: page.text('share'), numeric: true, cell: (x) => (total ? percent_text(x.v / total) : '–') },
      ]} />}
      {top.length > 0 && <Table caption={page.text('inventory')} rows={top} columns={[
        { label: page.text('item'), head: true, cell: (x) => <>{page.title(x.i.title, x.i.id)} <span class="meta">{page.step(x.i.step)}</span></> },
        { label: page.text('amount'), numeric: true, cell: (x) => <Quantity value={x.i.per_fu?.value} unit={x.i.per_fu?.unit ?? x.i.unit} /> },
        { label: page.text('share'), numeric: true, cell: (x) => (sum ? percent_text(x.v / sum) : '–') },
        { label: page.text('factor'), cell: (x) => (id.startsWith('carbon') && x.i.factor ? <><EvidenceBadge name={x.i.factor.evidence} /> <Place {...x.i.factor} /></> : '–') },
      ]} />}
      {text && <details open={!steps.length}><summary>{page.text('formulas')}</summary><pre class="formulas">{page.title(text, '')}</pre></details>}
    </section>
  );
}
