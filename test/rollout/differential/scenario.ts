/** A scenario: what happens in a cluster, and on which nodes pods run after each step. */
import type { Side } from './side.ts';

export interface Step {
  readonly what: string;
  readonly act: (side: Side) => Promise<void>;
  /** The nodes with a live pod when both controllers are at rest, sorted, once for each pod; `null`: not known in advance. */
  readonly pods: readonly string[] | null;
  /**
   * Set where Kubernetes 1.36 differs from 1.20.2: the nodes that the current version leads to, and the change that made the
   * difference. Rollcall is then compared with these instead.
   */
  readonly since?: { readonly change: string; readonly pods: readonly string[]; readonly phase?: string };
  /**
   * Set where the garbage collector of 1.20.2 may delete the ControllerRevisions of a DaemonSet that is deleted without its
   * dependents, so that the built-in controller makes new ones.
   */
  readonly ignoresRevisions?: true;
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Prefixes the names of the nodes of a scenario; a valid name of a namespace. */
export function slugOf({ name }: Scenario): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/-$/, '');
}
