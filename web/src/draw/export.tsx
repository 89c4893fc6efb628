import { useRef } from 'preact/hooks';
import { usePage } from '../context';

/// A cell as RFC 4180 wants it; one that a spreadsheet would take for a formula is only text.
const csv_cell = (value: string | number | null | undefined) => {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export type Rows = (string | number | null | undefined)[][];

function save(name: string, type: string, content: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/// What the page's style sheet says of drawings, so that a drawing looks the same without it.
const drawing_style = 'text{fill:#10201b;font-family:sans-serif}.halo{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}.figure{fill:#34433d}';

/// Buttons that save the drawing of the figure they stand in (SVG) and its numbers (CSV).
export function Exports({ name, rows }: { name: string; rows?: () => Rows }) {
  const page = usePage(), here = useRef<HTMLSpanElement>(null);
  const file = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'figure';
  const svg = () => {
    const drawing = here.current?.closest('figure, .exportable')?.querySelector('.chart svg, .drawing svg');
    if (!drawing) return;
    const copy = drawing.cloneNode(true) as SVGElement;
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
    const style = document.createElementNS('http://www.w3.org/2000/svg', 'style');
    style.textContent = drawing_style;
    if (drawing.closest('.drawing')) copy.prepend(style);
    save(`${file}.svg`, 'image/svg+xml', new XMLSerializer().serializeToString(copy));
  };
  return (
    <span class="exports" ref={here}>
      <button type="button" onClick={svg} title={page.text('save_svg')} aria-label={`${page.text('save_svg')}: ${name}`}>SVG</button>
      {rows && <button type="button" onClick={() => save(`${file}.csv`, 'text/csv', rows().map((r) => `${r.map(csv_cell).join(',')}\r\n`).join(''))} title={page.text('save_csv')} aria-label={`${page.text('save_csv')}: ${name}`}>CSV</button>}
    </span>
  );
}
