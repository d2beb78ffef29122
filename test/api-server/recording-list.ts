/** A listener of a list-watch that keeps what is there because of what it was told, and how it was told. */
import type { ListWatchListener, ListWatchProblem } from '../../shared/api-server/list-watch.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';

/** An object by its name and one annotation. */
export interface Named {
  readonly name: string;
  readonly uid: string;
  readonly note: string;
}

export const keepNamed = ({ metadata }: RawObject): Named => {
  const annotations = (metadata['annotations'] ?? {}) as Record<string, string>;
  return { name: metadata.name, uid: metadata.uid ?? '', note: annotations['note'] ?? '' };
};

export class RecordingList implements ListWatchListener<Named> {
  readonly there = new Map<string, Named>();
  readonly told: string[] = [];
  problem: ListWatchProblem | null = null;

  applied(object: Named): void {
    this.there.set(object.name, object);
    this.told.push(`${object.name}=${object.note}`);
  }

  removed({ name }: Named): void {
    if (!this.there.delete(name)) throw new Error(`${name} was never told`);
    this.told.push(`-${name}`);
  }

  problemChanged(problem: ListWatchProblem | null): void {
    this.problem = problem;
    this.told.push(problem === null ? 'fine' : `problem ${problem.failure}`);
  }
}
