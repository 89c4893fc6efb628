import { useState } from 'preact/hooks';
import { Quantity, usePage } from '../context';
import { Flowsheet } from '../draw/flowsheet';
import { number_text, percent_text, scientific, unit_text } from '../format';
import { route_names, unit_of, type Stream } from '../results';
import { Choice, RouteTabs, Section, shared_unit, StepLegend, Table, with_header_unit } from './common';

export function Flowsheets() {
  const page = usePage(), { results } = page;
  if (!route_names(results).some((r) => Object.keys(results.routes[r].units ?? {}).length)) return null;
  const mass_unit = Object.values(results.routes).flatMap((r) => r.streams ?? []).find((s) => s.mass)?.mass?.unit ?? 'kg/h';
  return (
    <Section id="flowsheet" title="flowsheet" wide>
      <p class="note">{page.text('flowsheet_note', unit_text(mass_unit))}</p>
      <StepLegend steps={page.steps.filter((s) => route_names(results).some((r) => Object.values(results.routes[r].units ?? {}).some((u) => u.step === s)))} />
      <RouteTabs label={page.text('flowsheet')}>{(route) => <RouteFlowsheet route={route} />}</RouteTabs>
    </Section>
  );
}

/// A plant of many units is drawn step by step; the whole of it is a choice.
function RouteFlowsheet({ route }: { route: string }) {
  const page = usePage(), data = page.results.routes[route], units = Object.values(data.units ?? {});
  const [selected, select] = useState<string | null>(null);
  const steps = page.steps.filter((s) => units.some((u) => u.step === s)), divisible = steps.length > 1 && units.length > 10 && units.every((u) => u.step);
  const [level, set_level] = useState<'steps' | 'whole'>(divisible && units.length > 20 ? 'steps' : 'whole');
  if (!units.length) return <p class="note">{page.text('no_streams')}</p>;
  const drawn: (string | null)[] = level === 'steps' ? steps : [null];
  return (
    <>
      {divisible && <div class="tools"><Choice label={page.text('detail')} value={level} options={[['steps', page.text('by_section')], ['whole', page.text('whole_plant')]]} choose={set_level} /></div>}
      {drawn.map((step) => (
        <>
          {step !== null && <h3><span class="swatch" style={{ background: page.step_colour(step) }} aria-hidden="true" /> {page.step(step)}</h3>}
          <Flowsheet route={data} step={step} selected={selected} select={(u) => select(u === selected ? null : u)} />
          <div aria-live="polite">{selected && (step === null || data.units?.[selected]?.step === step) && <UnitDetails route={route} unit={selected} close={() => select(null)} />}</div>
        </>
      ))}
    </>
  );
}

function UnitDetails({ route, unit, close }: { route: string; unit: string; close: () => void }) {
  const page = usePage(), data = page.results.routes[route], u = data.units?.[unit];
  const mine = (data.streams ?? []).filter((s) => unit_of(s.from, data.units ?? {}) === unit || unit_of(s.to, data.units ?? {}) === unit);
  const variables = Object.entries(u?.variables ?? {});
  return (
    <aside class="unit-details">
      <button type="button" class="close" onClick={close}>{page.text('close')}</button>
      <h3>{page.title(u?.title, unit)} <code>{unit}</code></h3>
      <p class="note">{[u?.type && `${page.text('type')}: ${u.type}`, u?.step && `${page.text('step')}: ${page.step(u.step)}`,
        ...Object.entries(u?.closure ?? {}).map(([q, c]) => `${page.word(q, 'closure_').replace(/^closure /, '')}: ${c.value === null || c.value === undefined ? page.text('not_defined') : scientific(c.value)}`)].filter(Boolean).join(' · ')}</p>
      <div class="pair">
        <Table caption={page.text('streams')} rows={mine} columns={[
          { label: page.text('stream'), head: true, cell: (s) => page.title(s.title, s.name ?? s.id) },
          { label: page.text('direction'), cell: (s) => page.text(unit_of(s.to, data.units ?? {}) === unit ? 'in' : 'out') },
          { label: page.text('mass'), numeric: true, cell: (s) => <Quantity value={s.mass?.value} unit={s.mass?.unit} /> },
        ]} />
        {variables.length > 0 && <Table caption={page.text('variable')} rows={variables} columns={[
          { label: page.text('variable'), head: true, cell: ([name]) => <code>{name}</code> },
          { label: page.text('value'), numeric: true, cell: ([, v]) => <Quantity {...v} /> },
        ]} />}
      </div>
    </aside>
  );
}

export function Streams() {
  const page = usePage(), { results } = page;
  if (!route_names(results).some((r) => results.routes[r].streams?.length)) return null;
  return <Section id="streams" title="streams"><RouteTabs label={page.text('streams')}>{(route) => <RouteStreams route={route} />}</RouteTabs></Section>;
}

function RouteStreams({ route }: { route: string }) {
  const page = usePage(), { streams = [], units = {} } = page.results.routes[route];
  const end = (e: string | null) => {
    const u = unit_of(e, units);
    return u === null ? <span class="undefined">{page.text('boundary_end')}</span> : page.title(units[u]?.title, u);
  };
  const mass = shared_unit(streams.map((s) => s.mass)), cod = shared_unit(streams.map((s) => s.cod));
  return (
    <Table caption={page.text('streams')} limit={12} rows={streams} columns={[
      { label: page.text('stream'), head: true, cell: (s) => (s.from !== null && s.to !== null ? s.id : <><span class="id">{s.id}</span> {page.title(s.title, s.name ?? '')}</>) },
      { label: page.text('from'), cell: (s) => end(s.from) },
      { label: page.text('to'), cell: (s) => end(s.to) },
      { label: page.text('phase'), cell: (s) => page.word(s.phase) },
      { label: with_header_unit(page.text('mass'), mass), numeric: true, cell: (s) => <Quantity value={s.mass?.value} unit={s.mass?.unit} bare={mass !== null} /> },
      { label: page.text('temperature'), numeric: true, cell: (s) => <Celsius q={s.T} /> },
      { label: with_header_unit('COD', cod), numeric: true, cell: (s) => <Quantity value={s.cod?.value} unit={s.cod?.unit} bare={cod !== null} /> },
      { label: page.text('composition'), cell: (s) => <Composition stream={s} /> },
    ]} />
  );
}

function Celsius({ q }: { q?: { value: number | null; unit: string } }) {
  if (q?.unit === 'K' && q.value !== null) return <span class="number" title={`${q.value} K`}>{number_text(Math.round((q.value - 273.15) * 10) / 10)}&nbsp;°C</span>;
  return <Quantity value={q?.value} unit={q?.unit} />;
}

function Composition({ stream }: { stream: Stream }) {
  const page = usePage();
  const parts = Object.entries(stream.components ?? {}).filter(([, q]) => q.value !== null && q.value !== 0).sort((a, b) => b[1].value! - a[1].value!);
  if (!parts.length) return <span class="undefined">{page.text('not_defined')}</span>;
  const total = parts.reduce((a, [, q]) => a + q.value!, 0);
  return (
    <details class="inline">
      <summary>{parts.slice(0, 2).map(([c, q]) => `${page.component(c)} ${percent_text(q.value! / total)}`).join(', ')}{parts.length > 2 && ` +${parts.length - 2}`}</summary>
      <table class="mini"><tbody>
        {parts.map(([c, q]) => <tr><th scope="row">{page.component(c)}</th><td><Quantity {...q} /></td><td>{percent_text(q.value! / total)}</td></tr>)}
        {stream.enthalpy && <tr><th scope="row">{page.text('enthalpy')}</th><td><Quantity {...stream.enthalpy} /></td><td /></tr>}
        {stream.p && <tr><th scope="row">{page.text('pressure')}</th><td><Quantity {...stream.p} /></td><td /></tr>}
      </tbody></table>
    </details>
  );
}
