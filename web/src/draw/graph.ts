// Recycles: which links close a loop.

export interface Link { source: string; target: string }

/// Links to leave out so that the rest has no cycle, of small total weight: the streams drawn as recycles.
/// Only links on a cycle are taken. Starting from the given order, nodes are moved to where least flow
/// runs backwards until no move helps.
export function back_links<L extends Link>(nodes: string[], links: L[], weight: (link: L) => number): Set<L> {
  const place = new Map(nodes.map((n, k) => [n, k]));
  const next = nodes.map((): number[] => []);
  for (const l of links) next[place.get(l.source)!].push(place.get(l.target)!);
  const reaches = nodes.map((_n, start) => {
    const seen = new Set<number>(), open = [start];
    while (open.length) for (const k of next[open.pop()!]) if (!seen.has(k)) seen.add(k), open.push(k);
    return seen;
  });
  const cyclic = links
    .map((link) => ({ link, from: place.get(link.source)!, to: place.get(link.target)!, weight: Math.max(weight(link), 1e-12) }))
    .filter((l) => reaches[l.to].has(l.from));

  let order = [...new Set(cyclic.flatMap((l) => [l.from, l.to]))].sort((a, b) => a - b);
  const backward = (sequence: number[]) => {
    const rank = new Map(sequence.map((n, k) => [n, k]));
    return cyclic.filter((l) => rank.get(l.from)! >= rank.get(l.to)!);
  };
  const cost = (sequence: number[]) => backward(sequence).reduce((a, l) => a + l.weight, 0);
  let best = cost(order);
  for (let moved = true; moved; ) {
    moved = false;
    for (const n of [...order]) {
      const rest = order.filter((k) => k !== n);
      for (let at = 0; at <= rest.length; ++at) {
        const trial = [...rest.slice(0, at), n, ...rest.slice(at)], c = cost(trial);
        if (c < best * (1 - 1e-9)) {
          [order, best, moved] = [trial, c, true];
        }
      }
    }
  }
  return new Set(backward(order).map((l) => l.link));
}
