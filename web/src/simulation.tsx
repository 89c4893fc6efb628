import { useCallback, useState } from 'preact/hooks';
import { Chart } from './draw/chart';
import { font } from './draw/measure';
import { number_text, unit_text } from './format';
import { step_colour } from './palette';
import type { Language, Title } from './results';
import { fill, texts, type TextId } from './texts';

/// What `viresco simulate --report` embeds: outputs over time.
export interface Simulation {
  kind: 'simulation';
  viresco: string;
  title: Title;
  unvalidated?: string;
  command?: string;
  time: { unit: string; values: number[] };
  outputs: { path: string; title: Title; unit: string; values: (number | null)[] }[];
  events: { event: string; time: { value: number; unit: string } }[];
  statistics: Record<string, number>;
}

type Output = Simulation['outputs'][number];
type Say = (id: TextId, ...args: (string | number)[]) => string;

const group_of = (path: string) => path.slice(0, Math.max(0, path.indexOf('.')));
const name_in = (path: string) => path.slice(path.indexOf('.') + 1);

/// Outputs by what stands before the dot: a unit, a stream; the model's own first.
function groups(outputs: Output[]): [string, Output[]][] {
  const all = new Map<string, Output[]>();
  for (const o of outputs) all.set(group_of(o.path), [...(all.get(group_of(o.path)) ?? []), o]);
  return [...all].sort(([a], [b]) => Number(b === '') - Number(a === ''));
}

const peak = (o: Output) => o.values.reduce((a: number, v) => Math.max(a, Math.abs(v ?? 0)), 0);

/// What one drawing can show: the same unit, sizes within a factor of 30, at most eight lines.
function drawings(outputs: Output[]): Output[][] {
  const by_unit = new Map<string, Output[]>();
  for (const o of outputs) by_unit.set(o.unit, [...(by_unit.get(o.unit) ?? []), o]);
  const out: Output[][] = [];
  for (const list of by_unit.values()) {
    let open: Output[] = [];
    for (const o of [...list].sort((a, b) => peak(b) - peak(a))) {
      if (open.length && (open.length === 8 || peak(o) < peak(open[0]) / 30)) {
        out.push(open);
        open = [];
      }
      open.push(o);
    }
    out.push(open);
  }
  return out;
}

export function SimulationApp({ data, initial }: { data: Simulation; initial: Language }) {
  const [language, set_language] = useState(initial);
  const say: Say = (id, ...args) => fill(texts[id][language], args);
  const title = data.title[language] || data.title.en || '';
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = `${title} – Viresco`;
  const parts = groups(data.outputs);
  const span = data.time.values;
  return (
    <>
      <a class="skip" href="#results">{say('skip')}</a>
      <header>
        <div class="top">
          <span class="brand">Viresco</span>
          <span class="kind">{say('simulation_report')}</span>
          <span class="switch" role="group" aria-label={say('language')}>
            {(['en', 'zh'] as Language[]).map((l) => <button type="button" lang={l} aria-pressed={language === l} onClick={() => set_language(l)}>{l === 'en' ? 'English' : '中文'}</button>)}
          </span>
          <button type="button" class="print-button" onClick={() => window.print()}>{say('print')}</button>
        </div>
        <h1>{title}</h1>
        <dl class="facts">
          <div><dt>{say('simulated_span')}</dt><dd>{number_text(span[0])} – {number_text(span[span.length - 1])} {unit_text(data.time.unit)}</dd></div>
          <div><dt>{say('method_steps')}</dt><dd>{number_text(data.statistics.steps)}</dd></div>
          <div><dt>{say('states_unknowns')}</dt><dd>{data.statistics.states} + {data.statistics.unknowns}</dd></div>
        </dl>
      </header>
      <nav aria-label={say('contents')}>{parts.map(([name]) => <a href={`#group-${name}`}>{name || say('the_model')}</a>)}{data.events.length > 0 && <a href="#events">{say('events')}</a>}</nav>
      <main id="results">
        {data.unvalidated && <section><p class="headline"><b>{say('not_validated')}</b> {data.unvalidated}</p></section>}
        {parts.map(([name, outputs]) => <Group key={name} name={name} outputs={outputs} data={data} say={say} language={language} />)}
        {data.events.length > 0 && (
          <section id="events">
            <h2>{say('events')}</h2>
            <table class="data"><thead><tr><th>{say('event')}</th><th class="value">{say('time')}</th></tr></thead>
              <tbody>{data.events.map((e) => <tr><td>{e.event}</td><td class="value">{number_text(e.time.value, 6)} {unit_text(e.time.unit)}</td></tr>)}</tbody>
            </table>
          </section>
        )}
        <section id="reproduce">
          <h2>{say('reproduce')}</h2>
          {data.command && <pre>{data.command}</pre>}
          <p class="note">{say('simulation_note')}</p>
        </section>
      </main>
      <footer>Viresco {data.viresco}</footer>
    </>
  );
}

function Group({ name, outputs, data, say, language }: { name: string; outputs: Output[]; data: Simulation; say: Say; language: Language }) {
  const numbers = (o: Output) => o.values.filter((v): v is number => v !== null);
  return (
    <section id={`group-${name}`}>
      <h2>{name || say('the_model')}</h2>
      <div class="pair">{drawings(outputs).map((list) => <Lines key={list[0].path} unit={list[0].unit} outputs={list} data={data} say={say} />)}</div>
      <details>
        <summary>{say('table_of_values')}</summary>
        <table class="data">
          <thead><tr><th>{say('told_quantity')}</th><th class="value">{say('at_start')}</th><th class="value">{say('at_end')}</th><th class="value">{say('lowest')}</th><th class="value">{say('highest')}</th><th>{say('unit')}</th></tr></thead>
          <tbody>{outputs.map((o) => {
            const v = numbers(o), cell = (x: number | undefined) => <td class="value number">{x === undefined ? say('not_defined') : number_text(x, 5)}</td>;
            const title = o.title[language];
            return <tr><td>{name_in(o.path)}{title && title !== o.path && <span class="meta"> {title}</span>}</td>{cell(v[0])}{cell(v[v.length - 1])}{cell(v.length ? Math.min(...v) : undefined)}{cell(v.length ? Math.max(...v) : undefined)}<td>{unit_text(o.unit)}</td></tr>;
          })}</tbody>
        </table>
      </details>
    </section>
  );
}

const dashes = ['solid', 'dashed', 'dotted'];

/// One drawing for what shares a unit; lines are told apart by colour, dash and the name at their end.
function Lines({ unit, outputs, data, say }: { unit: string; outputs: Output[]; data: Simulation; say: Say }) {
  const label = outputs.map((o) => name_in(o.path)).join(', ');
  const option = useCallback((width: number) => {
    const room = Math.min(110, 0.24 * width);
    return {
      textStyle: { fontFamily: font }, grid: { left: 62, right: room, top: 14, bottom: 40 },
      tooltip: { trigger: 'axis', valueFormatter: (v: number) => `${number_text(v, 5)} ${unit_text(unit)}`, confine: true },
      xAxis: { type: 'value', min: 'dataMin', max: 'dataMax', name: `${say('time')} [${unit_text(data.time.unit)}]`, nameLocation: 'middle', nameGap: 26, axisLabel: { color: '#44534d', hideOverlap: true, formatter: (v: number) => number_text(v, 3) }, splitLine: { show: false } },
      yAxis: { type: 'value', scale: true, axisLabel: { color: '#44534d', formatter: (v: number) => number_text(v, 3) }, splitLine: { lineStyle: { color: '#e6ebe9' } } },
      series: outputs.map((o, k) => ({
        type: 'line', name: name_in(o.path), showSymbol: false, data: o.values.map((v, i) => [data.time.values[i], v]),
        color: step_colour(k), lineStyle: { width: 2, type: dashes[k % dashes.length] },
        endLabel: { show: true, formatter: '{a}', color: '#10201b', fontSize: 11, width: room - 8, overflow: 'truncate' }, labelLayout: { moveOverlap: 'shiftY' },
      })),
    };
  }, [data, outputs, say]);
  return (
    <figure>
      <figcaption>{label.length > 80 ? `${label.slice(0, 80)}…` : label}{unit_text(unit) && <span class="meta"> {unit_text(unit)}</span>}</figcaption>
      <Chart option={option} height={280} label={`${label} [${unit}]`} />
    </figure>
  );
}
