// Recycles: which links close a loop.

export interface Link { source: string; target: string }

/// The links that lead back to a node still being visited, in a depth-first walk that starts where
/// fresh feeds enter. Leaving them out makes the graph acyclic.
export function back_links<L extends Link>(nodes: string[], links: L[]): Set<L> {
  const out = new Map<string, L[]>(nodes.map((n) => [n, []]));
  const n_in = new Map<string, number>();
  for (const l of links) {
    out.get(l.source)?.push(l);
    n_in.set(l.target, (n_in.get(l.target) ?? 0) + 1);
  }
  const state = new Map<string, 'open' | 'done'>();
  const back = new Set<L>();
  const visit = (start: string) => {
    const stack: { node: string; next: number }[] = [{ node: start, next: 0 }];
    state.set(start, 'open');
    while (stack.length) {
      const top = stack[stack.length - 1];
      const link = out.get(top.node)?.[top.next++];
      if (!link) {
        state.set(top.node, 'done');
        stack.pop();
      } else if (state.get(link.target) === 'open') back.add(link);
      else if (!state.has(link.target)) {
        state.set(link.target, 'open');
        stack.push({ node: link.target, next: 0 });
      }
    }
  };
  for (const n of nodes) if (!n_in.get(n) && !state.has(n)) visit(n);
  for (const n of nodes) if (!state.has(n)) visit(n);
  return back;
}
