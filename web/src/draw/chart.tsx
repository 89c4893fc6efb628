import { BarChart, CustomChart, LineChart, RadarChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, RadarComponent, TooltipComponent } from 'echarts/components';
import { LabelLayout } from 'echarts/features';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'preact/hooks';
import { useWidth } from './measure';

echarts.use([BarChart, CustomChart, LineChart, RadarChart, ScatterChart, GridComponent, LegendComponent, RadarComponent, TooltipComponent, LabelLayout, SVGRenderer]);

/// An ECharts drawing; `option` may depend on the width. The same numbers stand in a table of the page,
/// so for a screen reader it is one image with a label.
export function Chart({ option, height, label }: { option: (width: number) => object; height: number; label: string }) {
  const [frame, width] = useWidth();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.ECharts | null>(null);
  useEffect(() => {
    chart.current = echarts.init(host.current!, null, { renderer: 'svg', width, height });
    return () => chart.current?.dispose();
  }, []);
  useEffect(() => {
    chart.current!.resize({ width, height });
    chart.current!.setOption({ animation: false, ...option(width) }, true);
    // A view box lets print style sheets scale the drawing to the paper.
    host.current!.querySelector('svg')?.setAttribute('viewBox', `0 0 ${width} ${height}`);
  }, [option, width, height]);
  return (
    <div ref={frame} class="chart" role="img" aria-label={label}>
      <div ref={host} style={{ width: `${width}px`, height: `${height}px` }} />
    </div>
  );
}
