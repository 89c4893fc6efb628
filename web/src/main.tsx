import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Attached } from './attached';
import { Page, PageProvider, usePage } from './context';
import { Compliance, MaturityLevels } from './parts/assessment';
import { Barriers } from './parts/barriers';
import { Comparison } from './parts/comparison';
import { InputCharts, StepCharts } from './parts/contributions';
import { Decision } from './parts/decision';
import { Economics } from './parts/economics';
import { Findings, Reproducibility } from './parts/ending';
import { Explanations } from './parts/explain';
import { InputFlow, MassFlow } from './parts/flows';
import { Header } from './parts/header';
import { Flowsheets, Streams } from './parts/plant';
import { ScheduleSection } from './parts/schedule';
import { Assumptions, Balances, Inventory, Steps } from './parts/tables';
import { Uncertainty } from './parts/uncertainty';
import type { Language, Results } from './results';
import { SimulationApp, type Simulation } from './simulation';
import { texts, type TextId } from './texts';
import './style.css';

const sections: [string, TextId][] = [
  ['summary', 'decision'], ['comparison', 'comparison'], ['uncertainty', 'uncertainty'], ['economics', 'economics'], ['by-step', 'by_step'], ['by-input', 'by_input'],
  ['input-flow', 'input_flow'], ['mass-flow', 'mass_flow'], ['flowsheet', 'flowsheet'], ['schedule', 'schedule'], ['compliance', 'compliance'], ['maturity', 'maturity'], ['barriers', 'barriers'],
  ['steps', 'steps'], ['inventory', 'inventory'], ['streams', 'streams'], ['assumptions', 'assumptions'], ['closure', 'closure'], ['findings', 'findings'], ['reproduce', 'reproduce'],
];

/// Links to the sections that are there.
function Contents() {
  const page = usePage(), [there, set] = useState<string[]>([]);
  useEffect(() => set(sections.map(([id]) => id).filter((id) => document.querySelector(`section#${id}`))), []);
  return <nav aria-label={page.text('contents')}>{sections.filter(([id]) => there.includes(id)).map(([id, text]) => <a href={`#${id}`}>{page.word(`nav_${text}` in texts ? `nav_${text}` : text)}</a>)}</nav>;
}

function App({ results, attached, initial }: { results: Results; attached: Attached; initial: Language }) {
  const [language, set_language] = useState(initial);
  const page = useMemo(() => new Page(results, language, attached), [results, language, attached]);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  document.title = `${page.title(results.case.title, results.case.path ?? '')} – Viresco`;
  return (
    <PageProvider value={page}>
      <a class="skip" href="#summary">{page.text('skip')}</a>
      <Header choose={set_language} />
      <Contents />
      <Explanations>
        <main>
          <Decision /><Comparison /><Uncertainty /><Economics /><StepCharts /><InputCharts /><InputFlow /><MassFlow /><Flowsheets /><ScheduleSection /><Compliance /><MaturityLevels /><Barriers />
          <Steps /><Inventory /><Streams /><Assumptions /><Balances /><Findings /><Reproducibility />
        </main>
      </Explanations>
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
    const beside = document.getElementById('attached')?.textContent;
    const attached = (beside ? JSON.parse(beside) : {}) as Attached;
    root.replaceChildren();
    render('kind' in data ? <SimulationApp data={data} initial={language} /> : <App results={data} attached={attached} initial={language} />, root);
    open_details_on_paper();
  } catch (error) {
    root.textContent = `${texts.bad_data[language]} ${error}`;
  }
}

start();
