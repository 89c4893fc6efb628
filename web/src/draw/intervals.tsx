import { useCallback } from 'preact/hooks';
import { number_text } from '../format';
import { ink_on } from '../palette';
import { Chart } from './chart';
import { font, text_width, wrap } from './measure';

export interface Interval {
  row: number; from: number; to: number; colour: string; title: string;
  /// Share of the row's height; 0.6 where it is not said.
  high?: number;
  /// Written at the right end of the bar, or inside where there is room and `inside` is set.
  text?: string; inside?: boolean;
  /// Hatched: told apart without colour.
  hatched?: boolean;
}
/// A short upright line through a row.
export interface Tick { row: number; at: number; title: string }

interface Props {
  rows: string[]; bars: Interval[]; ticks?: Tick[]; label: string; row_height?: number;
  /// A line over all rows.
  line?: number; unit?: string; min?: number; max?: number; show?: (value: number) => string; label_share?: number;
}

/// Bars from one value to another, row by row: waterfalls, tornados, distributions, Gantt charts.
export function Intervals({ rows, bars, ticks = [], label, row_height = 28, line, unit, min, max, show = (v) => number_text(v, 3), label_share = 0.36 }: Props) {
  const option = useCallback((width: number) => {
    const names = Math.min(Math.max(...rows.map((r) => text_width(r, 12))) + 4, label_share * width);
    const ends = [...bars.flatMap((b) => [b.from, b.to]), ...ticks.map((t) => t.at), ...(line === undefined ? [] : [line])].filter(Number.isFinite);
    const low = min ?? Math.min(...ends), high = max ?? Math.max(...ends), span = high - low || Math.abs(high) || 1;
    const room = Math.max(14, ...bars.filter((b) => b.text && !b.inside).map((b) => text_width(b.text!, 12) + 12));
    const edge = (v: number) => (v === 0 ? 0 : v);
    // In SVG an ECharts decal needs a pattern element; a hatch of lines is simpler and prints sharper.
    const hatch = (x: number, y: number, w: number, h: number) => {
      const lines = [];
      for (let at = 4; at < w + h; at += 6) lines.push({ type: 'line', silent: true, shape: { x1: x + Math.min(at, w), y1: y + Math.max(0, at - w), x2: x + Math.max(0, at - h), y2: y + Math.min(at, h) }, style: { stroke: '#ffffff', lineWidth: 1.4 } });
      return lines;
    };
    const bar = (params: { dataIndex: number }, api: { coord: (v: number[]) => number[]; size: (v: number[]) => number[] }) => {
      const b = bars[params.dataIndex], start = api.coord([b.from, b.row]), end = api.coord([b.to, b.row]), band = api.size([0, 1])[1];
      const h = band * (b.high ?? 0.6), x = Math.min(start[0], end[0]), w = Math.max(1, Math.abs(end[0] - start[0])), y = start[1] - h / 2;
      const inside = b.inside && b.text && text_width(b.text, 11) + 4 < w;
      return {
        type: 'group', children: [
          { type: 'rect', shape: { x, y, width: w, height: h }, style: { fill: b.colour, stroke: '#fff', lineWidth: b.inside ? 0.6 : 0 } },
          ...(b.hatched ? hatch(x, y, w, h) : []),
          ...(b.text && (!b.inside || inside) ? [{ type: 'text', silent: true, x: inside ? x + w / 2 : x + w + 5, y: start[1], style: { text: b.text, fill: inside ? ink_on(b.colour) : '#10201b', font: `${inside ? 11 : 12}px ${font}`, align: inside ? 'center' : 'left', verticalAlign: 'middle' } }] : []),
        ],
      };
    };
    const tick = (params: { dataIndex: number }, api: { coord: (v: number[]) => number[]; size: (v: number[]) => number[] }) => {
      const t = ticks[params.dataIndex], at = api.coord([t.at, t.row]), h = api.size([0, 1])[1] * 0.74;
      return { type: 'rect', shape: { x: at[0] - 1.2, y: at[1] - h / 2, width: 2.4, height: h }, style: { fill: '#10201b' } };
    };
    const across = (_p: unknown, api: { coord: (v: number[]) => number[] }) => {
      const top = api.coord([line!, 0])[0], y0 = api.coord([line!, -0.5])[1], y1 = api.coord([line!, rows.length - 0.5])[1];
      return { type: 'line', silent: true, shape: { x1: top, y1: y0, x2: top, y2: y1 }, style: { stroke: '#10201b', lineWidth: 1, lineDash: [4, 3] } };
    };
    return {
      textStyle: { fontFamily: font }, grid: { left: names + 12, right: room, top: 6, bottom: unit ? 42 : 26 },
      tooltip: { trigger: 'item', confine: true, formatter: (p: { seriesIndex: number; dataIndex: number }) => (p.seriesIndex === 0 ? bars[p.dataIndex].title : p.seriesIndex === 1 ? ticks[p.dataIndex]?.title : '').replaceAll('&', '&amp;').replaceAll('<', '&lt;') },
      xAxis: {
        type: 'value', min: edge(min ?? (low >= 0 && low < 0.5 * high ? 0 : low - 0.04 * span)), max: max ?? (high <= 0 ? 0 : high + 0.04 * span), name: unit, nameLocation: 'middle', nameGap: 26, nameTextStyle: { color: '#44534d' },
        axisLabel: { color: '#44534d', hideOverlap: true, formatter: show, showMinLabel: false, showMaxLabel: false }, splitLine: { lineStyle: { color: '#e6ebe9' } }, splitNumber: width < 500 ? 3 : 5,
      },
      yAxis: { type: 'category', inverse: true, data: rows.map((_r, k) => k), axisTick: { show: false }, axisLine: { lineStyle: { color: '#b9c4c0' } }, axisLabel: { interval: 0, color: '#10201b', fontSize: 12, lineHeight: 13, formatter: (k: string) => wrap(rows[Number(k)], names, 12, row_height < 24 ? 1 : 2).join('\n') } },
      series: [
        { type: 'custom', renderItem: bar, data: bars.map((b) => [b.from, b.row, b.to]), encode: { x: [0, 2], y: 1 } },
        { type: 'custom', renderItem: tick, data: ticks.map((t) => [t.at, t.row]), encode: { x: 0, y: 1 } },
        ...(line === undefined ? [] : [{ type: 'custom', renderItem: across, data: [[line, 0]], encode: { x: 0, y: 1 } }]),
      ],
    };
  }, [rows, bars, ticks, line, unit, min, max, show]);
  return <Chart option={option} height={(unit ? 48 : 32) + row_height * rows.length} label={label} />;
}
