// What is embedded beside results.json: studies (docs/study.md), a schedule (docs/recipes.md), explanations.
import type { Quantity, Ranking, Title } from './results';

export interface Swing { input: number; address: string; low: number | null; high: number | null; rank_correlation: number }
export interface Sensitivity {
  input: number; address: string; first?: number; first_error?: number; total?: number; total_error?: number;
  mu?: number; mu_star?: number; mu_star_error?: number; sigma?: number; nu?: number; total_bound?: number;
}
export type Method = 'tornado' | 'sobol' | 'morris' | 'dgsm';
export interface Outcome {
  unit: string; title: Title; boundary?: string; better: string; nominal: number | null;
  mean?: number | null; sd?: number | null; samples?: number; without_value?: number; quantiles?: Record<string, number | null>;
  tornado?: Swing[]; sobol?: Sensitivity[]; morris?: Sensitivity[]; dgsm?: Sensitivity[]; variance?: number;
}
export interface Failures { count: number; of: number; reasons: { reason: Title; count: number; example?: string }[] }
export interface PairedOutcome {
  unit: string; better: string; interval: [number | null, number | null]; probability_first_better?: number; verdict?: string; better_route?: string;
}
export interface StudyScenario {
  title: Title;
  routes: Record<string, { indicators: Record<string, Outcome>; failures: Failures }>;
  comparison?: { first: string; second: string; indicators: Record<string, PairedOutcome> }[];
  ranking?: Ranking;
  points?: { samples: number; routes: Record<string, Record<string, (number | null)[]>> };
}
export interface Study {
  viresco: string;
  case: { command?: string };
  study: { analysis: string; sampling: string; samples: number; seed: number; inputs: number; evaluations: number };
  inputs: { key: string; title: Title; value: number | null; unit: string; distribution: string; evidence?: string }[];
  scenarios: Record<string, StudyScenario>;
}

export interface Recipe {
  name: string; title: string; batch_time: Quantity; cycle_time: Quantity; minimum_cycle_time: Quantity; batches_per_year: number;
  longest_procedure?: string; time_bottleneck?: string; throughput_bottleneck?: string; output_per_year?: Quantity | null;
}
export interface Schedule {
  title: string; operating_time?: Quantity; recipes: Recipe[];
  year: { end: Quantity; units: [string, number, number, string, number, number][]; limits: { name: string; peak: number; mean: number; count?: number }[] };
}

export interface Attached {
  studies?: Study[]; schedule?: Schedule; explanations?: Record<string, Record<string, Title>>;
}

/// The first scenario of the first study that has distributions: what the executive page speaks of.
export function main_study(attached: Attached): { study: Study; scenario: StudyScenario } | null {
  for (const study of attached.studies ?? []) {
    const scenario = Object.values(study.scenarios)[0];
    if (scenario && Object.values(scenario.routes).some((r) => Object.values(r.indicators).some((i) => i.quantiles))) return { study, scenario };
  }
  return null;
}

/// Which sensitivity measures an outcome of a study has.
export const methods_of = (outcome: Outcome): Method[] => (['tornado', 'sobol', 'morris', 'dgsm'] as Method[]).filter((m) => outcome[m]?.length);
