/** Metrics of a program about its own process. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { LOOP_RESOLUTION_MS } from './limits.ts';
import type { MetricRegistry } from './metric-registry.ts';
import type { Readiness } from './readiness.ts';

export type ProcessMetricName =
  | 'rollcall_build_info'
  | 'rollcall_ready'
  | 'process_resident_memory_bytes'
  | 'process_cpu_seconds_total';

export function readProcess(
  metrics: MetricRegistry<ProcessMetricName>,
  { version, readiness }: { readonly version: string; readonly readiness: Readiness },
): void {
  metrics.read('rollcall_build_info', () => [{ labels: { version }, value: 1 }]);
  metrics.readValue('rollcall_ready', () => Number(readiness.reasons().length === 0));
  metrics.readValue('process_resident_memory_bytes', () => process.memoryUsage.rss());
  metrics.readValue('process_cpu_seconds_total', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

/** Measures the event loop delay. Not for agents, because it wakes up the process 50 times per second. Returns a function that stops it. */
export function readEventLoop(metrics: MetricRegistry<'rollcall_event_loop_lag_seconds'>): () => void {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  const lagSeconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - LOOP_RESOLUTION_MS / 1e3);
  metrics.read('rollcall_event_loop_lag_seconds', () => {
    // Before the first sample the percentiles are not numbers.
    if (delay.count === 0) return [];
    const values = { 0.5: delay.percentile(50), 0.99: delay.percentile(99), 1: delay.max };
    delay.reset();
    return Object.entries(values).map(([quantile, value]) => ({ labels: { quantile }, value: lagSeconds(value) }));
  });
  return () => delay.disable();
}
