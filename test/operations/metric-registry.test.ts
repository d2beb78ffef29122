/** Metrics: defined by the catalogue, read at each scrape, and named by the conventions of Prometheus. */
import { describe, expect, it } from 'vitest';
import { AGENT_METRICS, COORDINATOR_METRICS, type MetricKind } from '../../shared/operations/metric-catalogue.ts';
import { MetricRegistry } from '../../shared/operations/metric-registry.ts';

const CATALOGUE = {
  things_total: { type: 'counter', labels: ['kind'], help: 'things' },
  room_bytes: { type: 'gauge', labels: [], help: 'room' },
  wait_seconds: { type: 'histogram', labels: [], buckets: [1, 10], help: 'wait' },
} as const satisfies Record<string, MetricKind>;

describe('the registry', () => {
  it('reads counters and gauges at each scrape and removes obsolete labels', async () => {
    const metrics = new MetricRegistry(CATALOGUE);
    let kinds = { a: 1, b: 2 } as Record<string, number>;
    metrics.read('things_total', () => Object.entries(kinds).map(([kind, value]) => ({ labels: { kind }, value })));
    metrics.readValue('room_bytes', () => Promise.resolve(512));
    expect(await metrics.text()).toMatch(/things_total\{kind="a"\} 1\nthings_total\{kind="b"\} 2\n[^]*room_bytes 512/);
    kinds = { b: 5 };
    const later = await metrics.text();
    expect(later).toContain('things_total{kind="b"} 5');
    expect(later).not.toContain('kind="a"');
  });

  it('sums observations', async () => {
    const metrics = new MetricRegistry(CATALOGUE);
    for (const seconds of [0.5, 5, 50]) metrics.observe('wait_seconds', seconds);
    const text = await metrics.text();
    expect(text).toContain('wait_seconds_bucket{le="1"} 1');
    expect(text).toContain('wait_seconds_bucket{le="10"} 2');
    expect(text).toContain('wait_seconds_count 3');
  });

  it('refuses to observe a metric that is not a histogram', () => {
    expect(() => new MetricRegistry(CATALOGUE).observe('room_bytes', 1)).toThrow('room_bytes is not a histogram');
  });
});

describe.each([
  ['the coordinator', COORDINATOR_METRICS],
  ['the agent', AGENT_METRICS],
])('the catalogue of %s', (_program, catalogue: Readonly<Record<string, MetricKind>>) => {
  it('creates exactly the listed metrics', () => {
    expect(new MetricRegistry(catalogue).names).toEqual(Object.keys(catalogue));
  });

  it('uses the suffix _total for counters only', () => {
    const entries = Object.entries(catalogue);
    expect(entries.filter(([name, { type }]) => name.endsWith('_total') !== (type === 'counter'))).toEqual([]);
  });

  it('has no label whose values grow with the cluster', () => {
    const labels = Object.values(catalogue).flatMap((kind) => kind.labels);
    expect(labels.filter((label) => /node|pod|instance|session/.test(label))).toEqual([]);
  });
});
