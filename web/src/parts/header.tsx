import { usePage } from '../context';
import { with_unit } from '../format';
import type { Language } from '../results';
import type { TextId } from '../texts';

export function Header({ choose }: { choose: (l: Language) => void }) {
  const page = usePage(), c = page.results.case;
  const facts: [TextId, string][] = [];
  if (c.product) facts.push(['product', page.title(c.product.title, c.product.name)]);
  const unit = c.functional_unit;
  if (unit && unit.value !== null) facts.push(['functional_unit', `${with_unit(unit.value, unit.unit)} ${c.product ? page.title(c.product.title, c.product.name) : ''}`.trim()]);
  if (c.scenario) facts.push(['scenario', page.title(c.scenario_title, c.scenario)]);
  if (c.electricity) {
    const e = c.electricity;
    facts.push(['electricity_factor', [page.word(e.factor_type, 'factor_'), e.region, e.year].filter(Boolean).join(', ')]);
  }
  return (
    <header>
      <div class="top">
        <span class="brand"><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M20 3C10 3 4 8 4 15c0 2 .5 3.500 1.300 4.800C7 14 11 10.500 16 9c-4 2.500-7.500 6-9 12 1 .6 2.400 1 4 1 7 0 10-8 9-19z" fill="#00795b" /></svg>Viresco</span>
        <span class="kind">{page.text('report')}</span>
        <span class="switch" role="group" aria-label={page.text('language')}>
          {(['en', 'zh'] as Language[]).map((l) => <button type="button" lang={l} aria-pressed={page.language === l} onClick={() => choose(l)}>{l === 'en' ? 'English' : '中文'}</button>)}
        </span>
        <button type="button" class="print-button" onClick={() => window.print()}>{page.text('print')}</button>
      </div>
      <h1>{page.title(c.title, c.path ?? 'Viresco')}</h1>
      <dl class="facts">{facts.map(([id, text]) => <div><dt>{page.text(id)}</dt><dd>{text}</dd></div>)}</dl>
    </header>
  );
}
