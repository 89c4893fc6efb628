// Numbers and units as people read them.

const superscript: Record<string, string> = { '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹', '-': '⁻' };
const subscript: Record<string, string> = { '2': '₂', '3': '₃', '4': '₄', '5': '₅' };
const raise = (digits: string) => [...digits].map((c) => superscript[c] ?? c).join('');

/// `digits` significant digits, thin spaces between thousands, powers of ten outside 1e-3 .. 1e10.
/// A value that is exact in fewer digits (0.7) gets no zeros; a rounded one keeps them (60.02 -> 60.0).
export function number_text(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e10) return scientific(value, Math.min(digits, 3));
  const rounded = Number(value.toPrecision(digits));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  const [whole, fraction] = Math.abs(rounded).toFixed(Math.min(decimals, 8)).split('.');
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, '\u202f') : whole;
  const tail = Math.abs(rounded - value) <= 1e-9 * size ? fraction?.replace(/0+$/, '') : fraction;
  return (value < 0 ? '−' : '') + grouped + (tail ? `.${tail}` : '');
}

export function scientific(value: number, digits = 2): string {
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  return `${mantissa.replace('-', '−')}×10${raise(String(Number(exponent)))}`;
}

export function percent_text(fraction: number, digits = 2): string {
  return `${number_text(100 * fraction, digits)} %`;
}

/// "kgCO2e/kg" -> "kg CO₂e/kg", "m3/t" -> "m³/t", "1" -> "".
export function unit_text(unit: string | undefined): string {
  if (!unit || unit === '1') return '';
  return unit
    .split('/')
    .map((part) =>
      part
        .replace(/^(k?g|t|mg|mol|kmol)(CO2e?|COD|ce|N|P)$/, (_all, mass, tag) => (tag === 'ce' ? mass + tag : `${mass}\u00a0${tag}`))
        .replace(/^deg([CF])$/, '°$1')
        .replace(/^([kM]?)(CNY|EUR|USD|[A-Z]{3})_?(\d{4})$/, (_all, thousands, money, year) => `${thousands ? `${thousands}\u00a0` : ''}${money} ${year}`)
        .replace(/\*/g, '·')
        .replace(/\^?(-?\d)$/, (all, d) => (/[a-zA-Z]/.test(part) && !/CO2$|H2O$|\d{4}$/.test(part) ? raise(d) : all)),
    )
    .join('/')
    .replace(/(CO|N|CH|NH|SO|PO)([2-5])/g, (_all, element, n) => element + subscript[n]);
}

export function with_unit(value: number, unit: string | undefined, digits = 4): string {
  if (unit === '%') return `${number_text(value, digits)} %`;
  const u = unit_text(unit);
  return u ? `${number_text(value, digits)}\u00a0${u}` : number_text(value, digits);
}
