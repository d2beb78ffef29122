/**
 * The back-off with which pods that ended are replaced, per node (client-go util/flowcontrol, as in pkg/controller/daemon): 1 s,
 * doubling up to 15 minutes, forgotten after 30 minutes without an end. Immutable: each deletion makes a new value.
 */

const FIRST_MS = 1_000;
const MAX_MS = 15 * 60_000;
const FORGET_MS = 2 * MAX_MS;

interface Entry {
  readonly delayMs: number;
  readonly sinceMs: number;
}

/** What a delay belongs to. A new generation of the DaemonSet starts with the first delay. */
export interface BackoffSlot {
  readonly observedGeneration: number;
  readonly node: string;
}

/** Of one DaemonSet. */
export class PodBackoff {
  static readonly NONE = new PodBackoff(new Map());
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(entries: ReadonlyMap<string, Entry>) {
    this.#entries = entries;
  }

  /** When the next pod that ended on the node may be deleted; `null`: now. */
  untilMs(slot: BackoffSlot, nowMs: number): number | null {
    const entry = this.#entries.get(keyOf(slot));
    if (entry === undefined) return null;
    const untilMs = entry.sinceMs + entry.delayMs;
    return untilMs > nowMs ? untilMs : null;
  }

  /** After pods that ended on these nodes were deleted. */
  advanced(slots: readonly BackoffSlot[], nowMs: number): PodBackoff {
    if (slots.length === 0) return this;
    const entries = new Map([...this.#entries].filter(([, { sinceMs }]) => nowMs - sinceMs <= FORGET_MS));
    for (const slot of slots) {
      const before = entries.get(keyOf(slot));
      const delayMs = before === undefined ? FIRST_MS : Math.min(before.delayMs * 2, MAX_MS);
      entries.set(keyOf(slot), { delayMs, sinceMs: nowMs });
    }
    return new PodBackoff(entries);
  }
}

function keyOf({ observedGeneration, node }: BackoffSlot): string {
  return `${observedGeneration} ${node}`;
}
