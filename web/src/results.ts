// The shape of results.json (docs/results-schema.json) and the questions the page asks of it.

export type Language = 'en' | 'zh';
export type Title = Record<Language, string>;
export interface Quantity { value: number | null; unit: string }
export type EvidenceClass = 'measured' | 'supplier' | 'literature' | 'estimate';
export type EvidenceMix = Partial<Record<EvidenceClass, number>>;

export interface Indicator extends Quantity {
  title?: Title; definition?: Title; boundary?: 'gate_to_gate' | 'cradle_to_gate';
  better?: 'lower' | 'higher' | 'none'; evidence?: EvidenceMix;
}
export interface Closure { value?: number | null; unit?: string; limit?: number; status?: string; missing?: string[] }
export interface Factor extends Quantity {
  type?: string; source?: string; evidence?: EvidenceClass; verified?: boolean; file?: string; line?: number;
}
export interface Item {
  id: string; title?: Title; direction: 'in' | 'out'; kind: string; step?: string | null; unit?: string;
  amount?: Quantity; per_fu?: Quantity; impacts?: Record<string, Quantity>; cost?: Quantity; factor?: Factor;
}
export interface Step { title?: Title; indicators: Record<string, Quantity> }
export interface Unit {
  type?: string; title?: Title; step?: string | null; closure?: Record<string, Closure>; variables?: Record<string, Quantity>;
}
export interface Stream {
  id: string; from: string | null; to: string | null; name?: string | null; title?: Title; phase?: string;
  mass?: Quantity; T?: Quantity; p?: Quantity; enthalpy?: Quantity; cod?: Quantity; components?: Record<string, Quantity>;
}
export interface Parameter {
  path: string; value: number | null; unit: string; title?: Title; evidence?: EvidenceClass; source?: string;
  range?: [number, number] | null; file?: string; line?: number; overridden?: boolean;
}
export interface Route {
  title?: Title; indicators: Record<string, Indicator>; closure?: Record<string, Closure>; inventory?: Item[];
  steps?: Record<string, Step>; units?: Record<string, Unit>; streams?: Stream[]; parameters?: Parameter[];
  solver?: { unknowns?: number; newton_iterations?: number; residual?: number };
}
export interface ComparisonRow { id: string; values: (number | null)[]; unit: string; best?: string | null; ratio?: number | null }
export interface Finding { severity: string; message: string; hints?: string[]; file?: string; line?: number }
export interface Results {
  viresco: string; schema: number;
  case: {
    title?: Title; path?: string; product?: { name: string; title?: Title }; functional_unit?: Quantity; scenario?: string;
    scenario_title?: Title; hash?: string; command?: string; overrides?: { path: string; value: number | null; unit: string }[];
    electricity?: { factor_type: string; region?: string; year?: number };
  };
  routes: Record<string, Route>;
  comparison?: { routes: string[]; rows: ComparisonRow[]; note?: Title };
  diagnostics?: Finding[];
  components?: Record<string, Title>;
}

export const evidence_classes: EvidenceClass[] = ['measured', 'supplier', 'literature', 'estimate'];

/// Names of the routes in the order of the comparison, else of the file.
export function route_names(results: Results): string[] {
  const all = Object.keys(results.routes);
  const order = results.comparison?.routes.filter((r) => all.includes(r)) ?? [];
  return [...order, ...all.filter((r) => !order.includes(r))];
}

export function indicator_ids(results: Results): string[] {
  const ids = new Set<string>();
  for (const row of results.comparison?.rows ?? []) ids.add(row.id);
  for (const route of Object.values(results.routes)) for (const id of Object.keys(route.indicators)) ids.add(id);
  return [...ids];
}

/// The first route that describes the indicator: title, unit, definition, boundary are the same in all.
export function describe(results: Results, id: string): Indicator | undefined {
  for (const r of route_names(results)) {
    const found = results.routes[r].indicators[id];
    if (found) return found;
  }
  return undefined;
}

export function value_of(results: Results, route: string, id: string): number | null {
  return results.routes[route].indicators[id]?.value ?? null;
}

/// The route named best by the comparison; without a comparison row, the best value if it is strictly better.
export function best_route(results: Results, id: string): string | null {
  const row = results.comparison?.rows.find((r) => r.id === id);
  if (row && row.best !== undefined) return row.best;
  const better = describe(results, id)?.better;
  if (better !== 'lower' && better !== 'higher') return null;
  const names = route_names(results).filter((r) => value_of(results, r, id) !== null);
  if (names.length < 2) return null;
  const sign = better === 'lower' ? 1 : -1;
  names.sort((a, b) => sign * (value_of(results, a, id)! - value_of(results, b, id)!));
  return value_of(results, names[0], id) === value_of(results, names[1], id) ? null : names[0];
}

/// Every step of any route, in order of first appearance, so that a step has one colour in the whole page.
export function step_order(results: Results): string[] {
  const steps = new Set<string>();
  for (const r of route_names(results)) {
    const route = results.routes[r];
    const own = Object.keys(route.steps ?? {});
    for (const s of own) steps.add(s);
    for (const u of Object.values(route.units ?? {})) if (u.step) steps.add(u.step);
    for (const i of route.inventory ?? []) if (i.step) steps.add(i.step);
  }
  return [...steps];
}

export function step_title(results: Results, step: string): Title | undefined {
  for (const r of route_names(results)) {
    const title = results.routes[r].steps?.[step]?.title;
    if (title) return title;
  }
  return undefined;
}

/// The unit of "unit.port"; unit names may themselves contain dots.
export function unit_of(end: string | null | undefined, units: Record<string, Unit>): string | null {
  if (!end) return null;
  if (units[end]) return end;
  const dot = end.lastIndexOf('.');
  return dot < 0 ? end : end.slice(0, dot);
}
