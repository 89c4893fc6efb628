import { useCallback } from 'preact/hooks';
import { number_text } from '../format';
import { Chart } from './chart';
import { font } from './measure';

export interface Cloud { name: string; colour: string; symbol: string; points: [number, number][]; centre: [number, number] | null }

/// The middle 98 % of a list, widened a little: a few far points shall not press all others into a corner.
export function frame_of(values: number[]): [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b), at = (q: number) => sorted[Math.round(q * (sorted.length - 1))];
  const low = at(0.01), high = at(0.99), pad = 0.05 * (high - low || Math.abs(high) || 1);
  return [low - pad, high + pad];
}

/// Samples of two outcomes, one cloud for each route; its values at the nominal point are drawn large.
export function CloudChart({ clouds, x, y, label }: { clouds: Cloud[]; x: string; y: string; label: string }) {
  const option = useCallback((width: number) => {
    const frame = (k: 0 | 1) => {
      const [low, high] = frame_of(clouds.flatMap((c) => c.points.map((p) => p[k]))), centres = clouds.flatMap((c) => (c.centre ? [c.centre[k]] : []));
      return { min: Math.min(low, ...centres), max: Math.max(high, ...centres) };
    };
    const axis = (name: string, k: 0 | 1) => ({
      type: 'value', ...frame(k), name, nameLocation: 'middle', nameGap: k ? 58 : 28, nameTextStyle: { color: '#10201b', fontSize: 12, width: k ? 300 : width - 110, overflow: 'truncate' },
      axisLabel: { color: '#44534d', hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: (v: number) => number_text(v, 3) }, splitLine: { lineStyle: { color: '#e6ebe9' } }, splitNumber: width < 500 ? 3 : 5,
    });
    return {
      textStyle: { fontFamily: font }, grid: { left: 82, right: 20, top: 10, bottom: 48 },
      tooltip: { trigger: 'item', formatter: (p: { seriesName: string; value: number[] }) => `${p.seriesName.replaceAll('<', '&lt;')}<br>${number_text(p.value[0])}; ${number_text(p.value[1])}` },
      xAxis: axis(x, 0), yAxis: axis(y, 1),
      series: [
        ...clouds.map((c) => ({ type: 'scatter', name: c.name, data: c.points, symbol: c.symbol, symbolSize: 6, itemStyle: { color: c.colour, opacity: 0.45 }, clip: true })),
        ...clouds.filter((c) => c.centre).map((c) => ({ type: 'scatter', name: c.name, data: [c.centre], symbol: c.symbol, symbolSize: 17, itemStyle: { color: c.colour, borderColor: '#10201b', borderWidth: 2 }, z: 5 })),
      ],
    };
  }, [clouds, x, y]);
  return <Chart option={option} height={400} label={label} />;
}
