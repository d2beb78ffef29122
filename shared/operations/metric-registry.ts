/**
 * The metrics of one program, exactly those in the catalogue. Counters and gauges are read when Prometheus scrapes;
 * histograms are updated when a value is observed.
 */
import { createRequire } from 'node:module';
import type * as prometheus from 'prom-client';
import type { MetricKind } from './metric-catalogue.ts';

// The index of the package also loads a cluster mode, a push client and default metrics, which take memory in every agent.
const require = createRequire(import.meta.url);
const Counter: typeof prometheus.Counter = require('prom-client/lib/counter');
const Gauge: typeof prometheus.Gauge = require('prom-client/lib/gauge');
const Histogram: typeof prometheus.Histogram = require('prom-client/lib/histogram');
const Registry: typeof prometheus.Registry = require('prom-client/lib/registry');

type Metric = prometheus.Counter | prometheus.Gauge | prometheus.Histogram;

/** One value of a metric, with its labels. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

type Reader = () => readonly Sample[] | Promise<readonly Sample[]>;

export class MetricRegistry<Name extends string = string> {
  readonly #registry = new Registry();
  readonly #metrics = new Map<string, Metric>();
  readonly #readers = new Map<string, Reader>();

  constructor(catalogue: Readonly<Record<Name, MetricKind>>) {
    for (const [name, kind] of Object.entries<MetricKind>(catalogue)) this.#metrics.set(name, this.#make(name, kind));
  }

  get names(): string[] {
    return [...this.#metrics.keys()];
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Reads a counter or gauge at each scrape. Label sets that the reader no longer returns disappear. */
  read(name: Name, reader: Reader): void {
    this.#readers.set(name, reader);
  }

  /** The same for a metric without labels. */
  readValue(name: Name, reader: () => number | Promise<number>): void {
    this.read(name, async () => [{ value: await reader() }]);
  }

  /** Adds one value to a histogram. */
  observe(name: Name, value: number): void {
    const metric = this.#metrics.get(name);
    if (!(metric instanceof Histogram)) throw new TypeError(`${name} is not a histogram`);
    metric.observe(value);
  }

  /** All metrics in the text format of Prometheus. */
  async text(): Promise<string> {
    for (const [name, reader] of this.#readers) this.#take(name, await reader());
    return this.#registry.metrics();
  }

  #take(name: string, samples: readonly Sample[]): void {
    const metric = this.#metrics.get(name);
    metric?.reset();
    for (const { labels = {}, value } of samples) {
      if (metric instanceof Counter) metric.inc(labels, value);
      else if (metric instanceof Gauge) metric.set(labels, value);
      else throw new TypeError(`${name} cannot be read, only observed`);
    }
  }

  #make(name: string, { type, labels, help, buckets = [] }: MetricKind): Metric {
    const common = { name, help, labelNames: labels, registers: [this.#registry] };
    switch (type) {
      case 'counter':
        return new Counter(common);
      case 'gauge':
        return new Gauge(common);
      case 'histogram':
        return new Histogram({ ...common, buckets: [...buckets] });
    }
  }
}
