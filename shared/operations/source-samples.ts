/** Counts of lists and watches at an API server, as metric samples with the collection as their label. */
import type { ListWatchCounts } from '../api-server/list-watch.ts';
import type { Sample } from './metric-registry.ts';

type CountsByCollection = Readonly<Record<string, ListWatchCounts>>;

export function sourceSamples(counts: CountsByCollection, of: 'lists' | 'events'): Sample[] {
  return Object.entries(counts).map(([collection, { [of]: value }]) => ({ labels: { collection }, value }));
}

/** The number of ended lists and watches by their result. */
export function sourceEndSamples(counts: CountsByCollection): Sample[] {
  return Object.entries(counts).flatMap(([collection, { ends }]) =>
    Object.entries(ends).map(([end, value]) => ({ labels: { collection, end }, value })),
  );
}
