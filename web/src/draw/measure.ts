import { useEffect, useRef, useState } from 'preact/hooks';

export const font = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

const canvas = document.createElement('canvas').getContext('2d');

/// Width of a text [px] in the page's font. A generous guess where there is no canvas.
export function text_width(text: string, size: number, weight = 400): number {
  if (!canvas) return text.length * size;
  canvas.font = `${weight} ${size}px ${font}`;
  return canvas.measureText(text).width;
}

/// Breaks a text into at most `max_lines` lines of `width` px; the last ends in … when text is left over.
export function wrap(text: string, width: number, size: number, max_lines = 3, weight = 400): string[] {
  const words = text.match(/[\u2e80-\u9fff\uff00-\uffef][）】，。：；、]?|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+/g) ?? [];
  const pieces = words.flatMap((w) => (text_width(w.trimEnd(), size, weight) > width ? w.match(/.{1,8}/g)! : [w]));
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line && text_width((line + piece).trimEnd(), size, weight) > width) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  if (line.trim()) lines.push(line.trimEnd());
  if (lines.length <= max_lines) return lines;
  const kept = lines.slice(0, max_lines);
  let last = kept[max_lines - 1];
  while (last && text_width(`${last}…`, size, weight) > width) last = last.slice(0, -1);
  kept[max_lines - 1] = `${last}…`;
  return kept;
}

/// The width of an element, kept up to date while the window changes (but not while it is printed).
export function useWidth(initial = 800) {
  const ref = useRef<HTMLDivElement>(null);
  const [width, set] = useState(initial);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const update = () => {
      if (element.clientWidth > 0 && !matchMedia('print').matches) set(element.clientWidth);
    };
    update();
    const observer = new ResizeObserver(update);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}
