import { render } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Page, PageProvider } from './context';
import { Comparison } from './parts/comparison';
import { InputCharts, StepCharts } from './parts/contributions';
import { Findings, Reproducibility } from './parts/ending';
import { CarbonFlow, MassFlow } from './parts/flows';
import { Header } from './parts/header';
import { Flowsheets, Streams } from './parts/plant';
import { Summary } from './parts/summary';
import { Assumptions, Balances, Inventory, Steps } from './parts/tables';
import type { Language, Results } from './results';
import { SimulationApp, type Simulation } from './simulation';
import { texts, type TextId } from './texts';
import './style.css';

const sections: [string, TextId][] = [
  ['summary', 'summary'], ['comparison', 'comparison'], ['by-step', 'by_step'], ['by-input', 'by_input'], ['carbon-flow', 'carbon_flow'], ['mass-flow', 'mass_flow'],
  ['flowsheet', 'flowsheet'], ['steps', 'steps'], ['inventory', 'inventory'], ['streams', 'streams'], ['assumptions', 'assumptions'], ['closure', 'closure'], ['findings', 'findings'], ['reproduce', 'reproduce'],
];

function has_section(results: Results, id: string): boolean {
  const routes = Object.values(results.routes);
  const any = (key: 'streams' | 'inventory' | 'parameters') => routes.some((r) => r[key]?.length);
  const some = (key: 'steps' | 'units' | 'closure') => routes.some((r) => Object.keys(r[key] ?? {}).length);
  switch (id) {
    case 'by-step': case 'steps': return some('steps');
    case 'by-input': case 'inventory': return any('inventory');
    case 'carbon-flow': return routes.some((r) => r.inventory?.some((i) => i.impacts?.gwp100?.value));
    case 'mass-flow': case 'streams': return any('streams');
    case 'flowsheet': return some('units');
    case 'assumptions': return any('parameters');
    case 'closure': return some('closure');
    default: return true;
  }
}

function App({ results, initial }: { results: Results; initial: Language }) {
  const [language, set_language] = useState(initial);
  const page = useMemo(() => new Page(results, language), [results, language]);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = `${page.title(results.case.title, results.case.path ?? '')} – Viresco`;
  return (
    <PageProvider value={page}>
      <a class="skip" href="#summary">{page.text('skip')}</a>
      <Header choose={set_language} />
      <nav aria-label={page.text('contents')}>{sections.filter(([id]) => has_section(results, id)).map(([id, text]) => <a href={`#${id}`}>{page.word(`nav_${text}` in texts ? `nav_${text}` : text)}</a>)}</nav>
      <main>
        <Summary /><Comparison /><StepCharts /><InputCharts /><CarbonFlow /><MassFlow /><Flowsheets />
        <Steps /><Inventory /><Streams /><Assumptions /><Balances /><Findings /><Reproducibility />
      </main>
      <footer>Viresco {results.viresco} · {results.case.hash}</footer>
    </PageProvider>
  );
}

/// Details are opened for printing and put back afterwards.
function open_details_on_paper() {
  let opened: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open]):not(.inline)')];
    for (const d of opened) d.open = true;
  });
  addEventListener('afterprint', () => {
    for (const d of opened) d.open = false;
  });
}

function start() {
  const wanted = new URLSearchParams(location.search).get('lang') ?? document.documentElement.lang;
  const language: Language = wanted.startsWith('zh') ? 'zh' : 'en';
  const root = document.getElementById('report')!;
  try {
    const data = JSON.parse(document.getElementById('results')!.textContent!) as Results | Simulation;
    root.replaceChildren();
    render('kind' in data ? <SimulationApp data={data} initial={language} /> : <App results={data} initial={language} />, root);
    open_details_on_paper();
  } catch (error) {
    root.textContent = `${texts.bad_data[language]} ${error}`;
  }
}

start();
