/** A listener that records the calls of an observer. */
import type { Observation, Observer } from '../../agent/observe/observer.ts';

export class Observed {
  readonly observations: Observation[] = [];
  readonly problems: string[] = [];

  constructor(observer: Observer) {
    observer.start({
      observed: (observation) => this.observations.push(observation),
      problem: (sentence) => this.problems.push(sentence),
    });
  }

  get newest(): Observation | undefined {
    return this.observations.at(-1);
  }

  /** Sorted names of the pods in the latest observation. */
  get podNames(): string[] {
    return (this.newest?.pods ?? []).map(({ metadata }) => metadata?.name ?? '').sort();
  }
}
