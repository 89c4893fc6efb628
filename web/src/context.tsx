import { createContext } from 'preact';
import type { Attached } from './attached';
import { useContext } from 'preact/hooks';
import { number_text, with_unit } from './format';
import { step_colour } from './palette';
import { step_order, step_title, type Language, type Results, type Title } from './results';
import { fill, texts, type TextId } from './texts';

/// What every part of the page needs: the results and how to say things in the chosen language.
export class Page {
  readonly steps: string[];
  constructor(readonly results: Results, readonly language: Language, readonly attached: Attached = {}) {
    this.steps = step_order(results);
  }
  text(id: TextId, ...args: (string | number)[]): string {
    return fill(texts[id][this.language], args);
  }
  /// A text that begins a sentence with what is filled in.
  sentence(id: TextId, ...args: (string | number)[]): string {
    return this.text(id, ...args).replace(/^[a-z](?=[a-z])/, (c) => c.toUpperCase());
  }
  /// A text whose id is computed; the word itself where the table has none.
  word(id: string | null | undefined, prefix = ''): string {
    if (!id) return '';
    const entry = (texts as Record<string, Title | undefined>)[prefix + id];
    return entry ? entry[this.language] : plain(id);
  }
  title(title: Title | undefined, fallback: string): string {
    return title?.[this.language] || title?.en || plain(fallback);
  }
  route(name: string): string {
    return this.title(this.results.routes[name]?.title, name);
  }
  step(name: string | null | undefined): string {
    return name ? this.title(step_title(this.results, name), name) : '';
  }
  /// A sentence that names routes by their ids, with their titles.
  named(sentence: string): string {
    let text = sentence;
    for (const name of Object.keys(this.results.routes).sort((a, b) => b.length - a.length))
      text = text.replace(new RegExp(`(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-])`, 'g'), this.route(name));
    return text.replace(/^[a-z](?=[a-z])/, (c) => c.toUpperCase());
  }
  component(name: string): string {
    return this.title(this.results.components?.[name], name);
  }
  step_colour(name: string | null | undefined): string {
    return step_colour(name ? this.steps.indexOf(name) : -1);
  }
}

const plain = (id: string) => id.replaceAll('_', ' ');

const context = createContext<Page | null>(null);
export const PageProvider = context.Provider;
export const usePage = () => useContext(context)!;

/// A value with its unit; the full precision is in the tooltip; null reads "not defined".
export function Quantity({ value, unit, digits = 4, bare = false }: { value: number | null | undefined; unit?: string; digits?: number; bare?: boolean }) {
  const page = usePage();
  if (value === null || value === undefined) return <span class="undefined">{page.text('not_defined')}</span>;
  const shown = bare ? number_text(value, digits) : with_unit(value, unit, digits);
  return <span class="number" title={`${value} ${unit ?? ''}`.trim()}>{shown}</span>;
}
