import { useEffect, useRef, useState } from 'preact/hooks';

export const font = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

const canvas = document.createElement('canvas').getContext('2d');

/// Width of a text [px] in the page's font. A generous guess where there is no canvas.
export function text_width(text: string, size: number): number {
  if (!canvas) return text.length * size;
  canvas.font = `${size}px ${font}`;
  return canvas.measureText(text).width;
}

/// Breaks a text into at most `max_lines` lines of `width` px; the last ends in … when text is left over.
/// A single word wider than `longest` px is hyphenated where it must be.
export function wrap(text: string, width: number, size: number, max_lines = 3, longest = width): string[] {
  const measure = (t: string) => text_width(t.trimEnd(), size);
  const words = text.match(/[（【“]*(?:[\u2e80-\u9fff]|[^\s\u2e80-\u9fff\uff00-\uffef-]+-?|-)?[）】”，。：；、]*\s*/g)?.filter((w) => w) ?? [];
  const pieces = words.flatMap((w) => (measure(w) > longest ? split_word(w, width, size) : [w]));
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line && measure(line + piece) > width) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  if (line.trim()) lines.push(line.trimEnd());
  if (lines.length <= max_lines) return lines;
  const kept = lines.slice(0, max_lines);
  let last = kept[max_lines - 1];
  while (last && measure(`${last}…`) > width) last = last.slice(0, -1);
  kept[max_lines - 1] = `${last}…`;
  return kept;
}

function split_word(word: string, width: number, size: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const c of word) {
    if (piece.length > 2 && text_width(`${piece}${c}-`, size) > width) {
      pieces.push(`${piece}-`);
      piece = '';
    }
    piece += c;
  }
  return piece ? [...pieces, piece] : pieces;
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
