import { useMemo, useState } from 'preact/hooks';
import { Quantity, usePage } from '../context';
import { Exports } from '../draw/export';
import { Intervals } from '../draw/intervals';
import { number_text, percent_text } from '../format';
import { step_colour } from '../palette';
import { route_names } from '../results';
import { Choice, RouteName, Section, Table } from './common';

/// Batches in time: the recipes that plants follow, and a schedule that was attached.
export function ScheduleSection() {
  const page = usePage(), { results } = page, recipes = route_names(results).filter((r) => results.routes[r].recipe);
  if (!recipes.length && !page.attached.schedule) return null;
  return (
    <Section id="schedule" title="schedule">
      {recipes.length > 0 && <Recipes routes={recipes} />}
      <Planned />
    </Section>
  );
}

function Recipes({ routes }: { routes: string[] }) {
  const page = usePage(), of = (r: string) => page.results.routes[r].recipe!;
  return (
    <>
      <h3>{page.text('plant_recipe')}</h3>
      <Table caption={page.text('plant_recipe')} rows={routes} columns={[
        { label: page.text('recipe'), head: true, cell: (r) => <><RouteName name={r} /> <span class="meta">{page.title(of(r).title, of(r).name)}</span></> },
        { label: page.text('batch_time'), numeric: true, cell: (r) => <Quantity value={of(r).batch_time?.value} unit={of(r).batch_time?.unit} /> },
        { label: page.text('cycle_time'), numeric: true, cell: (r) => <Quantity value={of(r).cycle_time?.value} unit={of(r).cycle_time?.unit} /> },
        { label: page.text('batches_per_year'), numeric: true, cell: (r) => <Quantity value={of(r).batches?.value} bare /> },
        { label: page.text('capacity'), numeric: true, cell: (r) => (of(r).capacity ? <Quantity {...of(r).capacity!} /> : '–') },
      ]} />
      {routes.map((r) => <Table caption={page.route(r)} limit={12} rows={of(r).limits} columns={[
        { label: page.text('resource'), head: true, cell: (l) => page.title(l.title, l.name) },
        { label: page.text('count'), numeric: true, cell: (l) => l.count ?? '–' },
        { label: page.text('use'), numeric: true, cell: (l) => (typeof l.use?.value === 'number' ? percent_text(l.use.value, 3) : '–') },
      ]} />)}
    </>
  );
}

/// A batch recipe in time: what one batch takes, what holds up the next, and the equipment's bars.
function Planned() {
  const page = usePage(), plan = page.attached.schedule, cycle = plan?.recipes[0]?.cycle_time.value ?? 0, batch = plan?.recipes[0]?.batch_time.value ?? 0;
  const [span, set_span] = useState<'one' | 'two' | 'month'>('two');
  const until = span === 'one' ? batch : span === 'two' ? 2 * batch : 30 * 86400;
  const drawn = useMemo(() => {
    if (!plan) return null;
    const shown = plan.year.units.filter((u) => u[4] < until), key = (u: (typeof shown)[0]) => `${u[0]} ${u[1]}`;
    const rows = [...new Set(shown.map(key))].sort((a, b) => shown.findIndex((u) => a.startsWith(`${u[0]} `)) - shown.findIndex((u) => b.startsWith(`${u[0]} `)) || a.localeCompare(b, undefined, { numeric: true }));
    const bars = shown.map((u) => ({
      row: rows.indexOf(key(u)), from: u[4] / 3600, to: Math.min(u[5], until) / 3600, colour: step_colour(u[2] % 8), inside: true, text: String(u[2] + 1), high: 0.72,
      title: `${u[0].replaceAll('_', ' ')} ${u[1]}, ${u[3].replaceAll('_', ' ')}, ${page.text('batch', u[2] + 1)}: ${number_text(u[4] / 3600)} – ${number_text(u[5] / 3600)} h`,
    }));
    return { rows: rows.map((r) => r.replaceAll('_', ' ')), bars };
  }, [plan, until, page]);
  if (!plan || !drawn) return null;
  const hours = (s: number | null | undefined) => (typeof s === 'number' ? <Quantity value={s / 3600} unit="h" /> : '–'), said = (t: string | undefined) => t?.replaceAll('_', ' ') ?? '–';
  return (
    <>
      <Table caption={page.text('schedule')} rows={plan.recipes} columns={[
        { label: page.text('recipe'), head: true, cell: (r) => r.title || r.name },
        { label: page.text('batch_time'), numeric: true, cell: (r) => hours(r.batch_time.value) },
        { label: page.text('cycle_time'), numeric: true, cell: (r) => hours(r.cycle_time.value) },
        { label: page.text('batches_per_year'), numeric: true, cell: (r) => number_text(r.batches_per_year) },
        { label: page.text('output_per_year'), numeric: true, cell: (r) => (r.output_per_year ? <Quantity {...r.output_per_year} /> : '–') },
        { label: page.text('time_bottleneck'), cell: (r) => said(r.time_bottleneck) },
        { label: page.text('throughput_bottleneck'), cell: (r) => said(r.throughput_bottleneck) },
      ]} />
      <figure>
        <figcaption>{page.text('gantt')}<span class="meta"> h</span> <Exports name="gantt" rows={() => [['equipment', 'unit', 'batch', 'procedure', 'start_h', 'end_h'], ...plan.year.units.map((u) => [u[0], u[1], u[2] + 1, u[3], u[4] / 3600, u[5] / 3600])]} /></figcaption>
        <div class="tools"><Choice label={page.text('span')} value={span} options={[['one', page.text('one_batch')], ['two', page.text('two_batches')], ['month', page.text('one_month')]]} choose={set_span} /></div>
        <Intervals rows={drawn.rows} bars={drawn.bars} min={0} max={until / 3600} row_height={22} label={`${page.text('gantt')}: ${drawn.rows.join(', ')}`} label_share={0.38} />
        <p class="note">{page.text('gantt_note', number_text(cycle / 3600))}</p>
      </figure>
      <Table caption={page.text('resources')} rows={plan.year.limits} columns={[
        { label: page.text('resource'), head: true, cell: (l) => said(l.name) },
        { label: page.text('count'), numeric: true, cell: (l) => l.count ?? '–' },
        { label: page.text('peak'), numeric: true, cell: (l) => percent_text(l.peak, 3) },
        { label: page.text('mean_use'), numeric: true, cell: (l) => percent_text(l.mean, 3) },
      ]} />
    </>
  );
}
