import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';
import { usePage } from '../context';
import { unit_text } from '../format';
import { evidence_colour, ink_on, route_colour } from '../palette';
import { evidence_classes, route_names, type EvidenceClass, type EvidenceMix, type Quantity } from '../results';
import type { TextId } from '../texts';

export function Section({ id, title, children, wide }: { id: string; title: TextId; children: ComponentChildren; wide?: boolean }) {
  const page = usePage();
  return (
    <section id={id} class={wide ? 'wide' : undefined} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{page.text(title)}</h2>
      {children}
    </section>
  );
}

/// The name of a route with its colour mark.
export function RouteName({ name }: { name: string }) {
  const page = usePage();
  const k = route_names(page.results).indexOf(name);
  return <span class="route-name"><span class="mark" style={{ background: route_colour(k) }} aria-hidden="true" />{page.route(name)}</span>;
}

/// One panel per route behind tabs (arrow keys move); on paper all panels follow each other.
export function RouteTabs({ label, children }: { label: string; children: (route: string) => ComponentChildren }) {
  const page = usePage();
  const names = route_names(page.results);
  const id = useId();
  const [chosen, choose] = useState(names[0]);
  if (names.length === 1) return <>{children(names[0])}</>;
  const move = (e: KeyboardEvent) => {
    const step = e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0;
    if (!step) return;
    e.preventDefault();
    const next = names[(names.indexOf(chosen) + step + names.length) % names.length];
    choose(next);
    document.getElementById(`${id}-tab-${next}`)?.focus();
  };
  return (
    <div class="tabs">
      <div role="tablist" aria-label={label} onKeyDown={move}>
        {names.map((r) => (
          <button type="button" role="tab" id={`${id}-tab-${r}`} aria-selected={r === chosen} aria-controls={`${id}-${r}`} tabIndex={r === chosen ? 0 : -1} onClick={() => choose(r)}>
            <RouteName name={r} />
          </button>
        ))}
      </div>
      {names.map((r) => (
        <div role="tabpanel" id={`${id}-${r}`} aria-labelledby={`${id}-tab-${r}`} class={r === chosen ? 'panel' : 'panel unchosen'}>
          <h3 class="print-only"><RouteName name={r} /></h3>
          {children(r)}
        </div>
      ))}
    </div>
  );
}

/// A choice among few, as a row of buttons.
export function Choice<T extends string>({ label, value, options, choose }: { label: string; value: T; options: [T, string][]; choose: (v: T) => void }) {
  return (
    <span class="choice" role="group" aria-label={label}>
      {options.map(([v, text]) => <button type="button" aria-pressed={v === value} onClick={() => choose(v)}>{text}</button>)}
    </span>
  );
}

export interface Column<R> {
  label: string; numeric?: boolean; cell: (row: R) => ComponentChildren;
  /// Heads the row: on a narrow screen the title of its block.
  head?: boolean;
}

/// A table that becomes a list of blocks on a narrow screen. Rows beyond `limit` wait behind a button; on paper they are counted.
export function Table<R>({ columns, rows, caption, limit, group, row_class }: {
  columns: Column<R>[]; rows: R[]; caption: string; limit?: number; group?: (row: R) => string; row_class?: (row: R) => string | undefined;
}) {
  const page = usePage();
  const [all, show_all] = useState(false);
  const cut = limit !== undefined && !all && rows.length > limit + 3 ? limit : rows.length;
  let last = '';
  return (
    <>
      <table class="data">
        <caption class="hidden">{caption}</caption>
        <thead><tr>{columns.map((c) => <th scope="col" class={c.numeric ? 'right' : undefined}>{c.label}</th>)}</tr></thead>
        <tbody>
          {rows.map((row, k) => {
            const name = group?.(row) ?? '', starts = name !== last;
            last = name;
            return (
              <>
                {starts && <tr class="group"><th colSpan={columns.length} scope="rowgroup">{name}</th></tr>}
                <tr class={[row_class?.(row), k >= cut ? 'beyond' : ''].filter(Boolean).join(' ') || undefined}>
                  {columns.map((c) => {
                    const css = [c.numeric ? 'right' : '', c.head ? 'head' : ''].filter(Boolean).join(' ') || undefined;
                    return c.head ? <th scope="row" class={css}>{c.cell(row)}</th> : <td class={css} data-label={c.label}>{c.cell(row)}</td>;
                  })}
                </tr>
              </>
            );
          })}
        </tbody>
      </table>
      {cut < rows.length && <p class="note print-only">{page.text('rows_on_screen', rows.length - cut)}</p>}
      {cut < rows.length && <button type="button" class="more" onClick={() => show_all(true)}>{page.text('show_all', rows.length)}</button>}
    </>
  );
}

/// The unit of a whole column, null where it differs from row to row.
export function shared_unit(quantities: (Quantity | undefined)[]): string | null {
  const units = new Set(quantities.filter((q) => q !== undefined).map((q) => q.unit));
  return units.size === 1 ? [...units][0] : null;
}

export const with_header_unit = (label: string, unit: string | null) => [label, unit && unit_text(unit)].filter(Boolean).join(', ');

export function StepLegend({ steps }: { steps: string[] }) {
  const page = usePage();
  return <ul class="legend">{steps.map((s) => <li><span class="swatch" style={{ background: page.step_colour(s) }} aria-hidden="true" />{page.step(s)}</li>)}</ul>;
}

export function EvidenceLegend() {
  const page = usePage();
  return <ul class="legend">{evidence_classes.map((c) => <li><span class={`swatch ${c}`} style={{ background: evidence_colour[c] }} aria-hidden="true" />{page.text(c)}</li>)}</ul>;
}

export function EvidenceBadge({ name }: { name: EvidenceClass | undefined }) {
  const page = usePage();
  if (!name) return <span class="undefined">{page.text('not_defined')}</span>;
  return <span class={`badge ${name}`} style={{ background: evidence_colour[name] ?? '#fff', color: ink_on(evidence_colour[name] ?? '#ffffff') }}>{page.word(name)}</span>;
}

/// A thin bar of the four evidence classes; the shares are in its tooltip and label.
export function EvidenceBar({ mix }: { mix: EvidenceMix | undefined }) {
  const page = usePage();
  const total = evidence_classes.reduce((a, c) => a + (mix?.[c] ?? 0), 0);
  if (!mix || !(total > 0)) return <span class="undefined">{page.text('not_defined')}</span>;
  const shares = evidence_classes.map((c) => [c, (mix[c] ?? 0) / total] as const).filter(([, s]) => s > 0);
  const words = shares.map(([c, s]) => `${page.text(c)} ${Math.round(100 * s)} %`).join(', ');
  return (
    <span class="evidence-bar" role="img" aria-label={words} title={words}>
      {shares.map(([c, s]) => <span class={c} style={{ width: `${100 * s}%`, background: evidence_colour[c] }} />)}
    </span>
  );
}

export function Place({ file, line }: { file?: string; line?: number }) {
  return file ? <code class="place">{file}{line ? `:${line}` : ''}</code> : null;
}
