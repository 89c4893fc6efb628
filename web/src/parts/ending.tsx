import { usePage } from '../context';
import { with_unit } from '../format';
import { Place, Section } from './common';

export function Findings() {
  const page = usePage(), findings = page.results.diagnostics ?? [];
  return (
    <Section id="findings" title="findings">
      {!findings.length && <p>{page.text('no_findings')}</p>}
      <ul class="findings">
        {findings.map((f) => (
          <li class={f.severity}>
            <b>{page.word(f.severity)}</b> {f.message} <Place {...f} />
            {(f.hints ?? []).map((h) => <p class="hint"><b>{page.text('hint')}:</b> {h}</p>)}
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function Reproducibility() {
  const page = usePage(), { results } = page, c = results.case;
  const rows: [string, string | undefined][] = [[page.text('version'), results.viresco], [page.text('case_path'), c.path], [page.text('scenario'), c.scenario], [page.text('hash'), c.hash]];
  return (
    <Section id="reproduce" title="reproduce">
      <dl class="facts">{rows.filter(([, v]) => v).map(([k, v]) => <div><dt>{k}</dt><dd><code>{v}</code></dd></div>)}
        <div><dt>{page.text('overrides')}</dt><dd>{c.overrides?.length ? c.overrides.map((o) => <code class="block">{o.path} = {o.value === null ? page.text('not_defined') : with_unit(o.value, o.unit, 6)}</code>) : page.text('none')}</dd></div>
      </dl>
      {(page.attached.studies ?? []).map((s) => <><p class="meta">{page.text('study_command')} ({page.text('seed')} {s.study.seed}, Viresco {s.viresco})</p><pre>{s.case?.command || '–'}</pre></>)}
      {c.command && <><p class="meta">{page.text('command')}</p><pre>{c.command}</pre></>}
      <p class="note">{page.text('reproduce_note')}</p>
    </Section>
  );
}
