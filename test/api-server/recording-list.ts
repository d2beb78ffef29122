/** A list-watch listener that records its calls and the resulting objects. */
import type { ListWatchListener, ListWatchProblem } from '../../shared/api-server/list-watch.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';

/** An object with its name and one annotation. */
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
  readonly objects = new Map<string, Named>();
  readonly calls: string[] = [];
  problem: ListWatchProblem | null = null;

  applied(object: Named): void {
    this.objects.set(object.name, object);
    this.calls.push(`${object.name}=${object.note}`);
  }

  removed({ name }: Named): void {
    if (!this.objects.delete(name)) throw new Error(`${name} was never applied`);
    this.calls.push(`-${name}`);
  }

  problemChanged(problem: ListWatchProblem | null): void {
    this.problem = problem;
    this.calls.push(problem === null ? 'fine' : `problem ${problem.failure}`);
  }
}
