// The shape of results.json (docs/results-schema.json) and the questions the page asks of it.

export type Language = 'en' | 'zh';
export type Title = Record<Language, string>;
export interface Quantity { value: number | null; unit: string }
export type EvidenceClass = 'measured' | 'supplier' | 'literature' | 'estimate';
export type EvidenceMix = Partial<Record<EvidenceClass, number>>;

export interface Indicator extends Quantity {
  title?: Title; definition?: Title; boundary?: 'gate_to_gate' | 'cradle_to_gate';
  better?: 'lower' | 'higher' | 'none'; evidence?: EvidenceMix; formula?: string; file?: string; line?: number;
}
export interface Closure { value?: number | null; unit?: string; limit?: number; status?: string; missing?: string[] }
export interface Factor extends Quantity {
  type?: string; source?: string; evidence?: EvidenceClass; verified?: boolean; file?: string; line?: number;
}
export interface Item {
  id: string; title?: Title; direction: 'in' | 'out'; kind: string; step?: string | null; unit?: string;
  amount?: Quantity; per_fu?: Quantity; impacts?: Record<string, Quantity>; cost?: Quantity; energy?: Quantity; factor?: Factor;
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
export interface Limit {
  id: string; title?: Title; standard: string; edition?: string; table?: string; condition?: Title; effective?: string; source?: string;
  verified: boolean; mandatory?: boolean; side?: 'at_most' | 'at_least'; limit: Quantity; measured: Quantity; margin?: number | null; status: string;
}
export interface MaturityStep { unit: string; title?: Title; trl: number; mrl?: number | null; critical?: boolean; evidence?: string | null; date?: string | null }
export interface Maturity {
  trl?: number | null; mrl?: number | null; weakest?: string; stage?: Title; units_without_level?: number; required_trl?: number; passes?: boolean; steps?: MaturityStep[];
}
export type Effect = Record<string, Quantity & { change: number | null }>;
export interface Incentive {
  id: string; title?: Title; definition?: Title; source?: string; verified?: boolean; what_if?: boolean; on?: boolean; alone?: Effect; added?: Effect;
}
export interface Economics {
  cash_flow?: { unit: string; cash: (number | null)[]; discounted: (number | null)[]; position: (number | null)[]; income_tax?: (number | null)[]; depreciation?: (number | null)[] };
  rates_of_return?: { values: (number | null)[]; unit: string; sign_changes?: number; note?: Title };
  without_incentives?: Effect; incentives?: Incentive[];
}
export interface RankedPair {
  a: string; b: string; probability_a_dominates: number; probability_b_dominates: number;
  by_criterion: { probability_better: number; mean: number | null; interval: [number | null, number | null]; significant: boolean }[];
}
export interface Ranking {
  verdict: string; winner: string | null; text: Title; notes?: Title[]; samples?: { used: number; left_out: number }; criteria: string[];
  admitted?: Record<string, boolean>; pairs?: RankedPair[]; weights?: Record<string, number[]>;
  scored?: { method: string; weights: string; score: (number | null)[]; probability_first: number[]; first: string; significant: boolean }[];
  weight_shares?: { share: number; weights: number[] }[];
}
export interface BarrierRow {
  id: string; title?: Title; form?: Title; score: number | null; likelihood: number | null; risk: number | null; worst?: string | null; actions: string[]; no_action: Title | null;
  proxies: { id: string; title?: Title; value: Quantity; score: number | null; target?: Quantity }[];
}
/// What an action does, or one bottleneck at its target.
export interface BarrierChange {
  id?: string; barrier?: string; proxy?: string; title?: Title; cost?: Quantity; yearly_cost?: Quantity | null; failure: Title | null;
  indicators: Effect; risks: Record<string, { change: number | null }>;
}
/// The batch recipe that a plant follows.
export interface PlantRecipe {
  name: string; title?: Title; batch_time: Quantity | null; cycle_time: Quantity | null; batches?: Quantity | null; output?: Quantity | null; capacity?: Quantity | null;
  limits: { name: string; title?: Title; kind: string; count?: number; occupied?: Quantity | null; use: Quantity | null }[];
}
export interface Route {
  title?: Title; maturity?: Maturity; limits?: Limit[]; economics?: Economics; barriers?: { rows: BarrierRow[]; actions: BarrierChange[]; removed: BarrierChange[] }; recipe?: PlantRecipe; indicators: Record<string, Indicator>; closure?: Record<string, Closure>; inventory?: Item[];
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
  comparison?: { routes: string[]; rows: ComparisonRow[]; note?: Title; ranking?: Ranking };
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

/// What rounding leaves beside the other routes' values (1e-16 beside 2) is zero.
export function value_of(results: Results, route: string, id: string): number | null {
  const value = results.routes[route].indicators[id]?.value ?? null;
  if (value === null || value === 0) return value;
  const largest = Math.max(...Object.values(results.routes).map((r) => Math.abs(r.indicators[id]?.value ?? 0)));
  return Math.abs(value) < 1e-12 * largest ? 0 : value;
}

/// The route named best by the comparison; without a comparison row, the best value if it is strictly better.
export function best_route(results: Results, id: string): string | null {
  const row = results.comparison?.rows.find((r) => r.id === id);
  if (row && row.best !== undefined) {
    const best = row.best === null ? null : value_of(results, row.best, id);
    return route_names(results).some((r) => r !== row.best && value_of(results, r, id) === best) ? null : row.best;
  }
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
