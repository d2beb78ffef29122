/**
 * Journals denied calls without filling the journal: the first denial of a caller and kind becomes a row immediately.
 * Further denials within the window are counted and become one row.
 */
import type { Clock } from '../../shared/clock.ts';
import type { ErrorReason, RollcallError } from '../../shared/errors.ts';
import type { AccessEvent, NewEvent } from '../../shared/journal-format/events.ts';
import { DENIALS } from '../limits.ts';
import type { Caller } from './caller.ts';

/** The method that agents call. */
export const CONNECT = 'AgentService/Connect';

export interface Denial {
  /** `null` if the caller was not authenticated. */
  readonly caller: Caller | null;
  /** Address and port. */
  readonly peerAddress: string;
  /** Name of the gRPC method, `Service/Method`. */
  readonly method: string;
  /** The requested node; `''` if none was specified. */
  readonly node: string;
  readonly error: RollcallError;
}

/** Reasons that are independent of the caller's identity and rights. */
const IGNORED_REASONS: ReadonlySet<ErrorReason> = new Set([
  'TOO_MANY_CONNECTS',
  'DRAINING',
  'IDENTITY_UNKNOWN',
  'INTERNAL',
]);

interface Window {
  /** The newest denial that is not journalled yet. */
  last: Denial;
  /** Number of denials that are not journalled yet. */
  unrecorded: number;
}

const OTHERS = 'others';

export interface DenialsOptions {
  readonly clock: Clock;
  readonly append: (events: readonly NewEvent[]) => void;
}

export class Denials {
  readonly #options: DenialsOptions;
  readonly #windows = new Map<string, Window>();
  readonly #timers = new Set<() => void>();

  constructor(options: DenialsOptions) {
    this.#options = options;
  }

  record(denial: Denial): void {
    if (IGNORED_REASONS.has(denial.error.reason)) return;
    const key = keyOf(denial);
    const window = this.#windows.get(key) ?? (this.#isFull ? this.#windows.get(OTHERS) : undefined);
    if (window !== undefined) {
      window.last = denial;
      window.unrecorded++;
      return;
    }
    this.#open(this.#isFull ? OTHERS : key, denial);
    this.#append(denial, 1);
  }

  /** Journals the denials that were only counted so far. Nothing is journalled after that. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    for (const key of this.#windows.keys()) this.#close(key);
  }

  get #isFull(): boolean {
    return this.#windows.size >= DENIALS.tracked;
  }

  #open(key: string, denial: Denial): void {
    this.#windows.set(key, { last: denial, unrecorded: 0 });
    const cancel = this.#options.clock.after(DENIALS.windowMs, () => {
      this.#timers.delete(cancel);
      this.#close(key);
    });
    this.#timers.add(cancel);
  }

  #close(key: string): void {
    const window = this.#windows.get(key);
    this.#windows.delete(key);
    if (window !== undefined && window.unrecorded > 0) this.#append(window.last, window.unrecorded);
  }

  #append({ caller, peerAddress, method, node, error }: Denial, count: number): void {
    const event: AccessEvent = {
      kind: 'access',
      action: 'denied',
      node,
      method,
      reason: error.reason,
      detail: withCredential(error.message, caller),
      peerAddress,
      count,
      occurredMs: this.#options.clock.nowMs(),
      cause: {
        trigger: method === CONNECT ? 'agent' : 'operator',
        revision: 0,
        actor: caller?.name ?? '',
      },
    };
    this.#options.append([event]);
  }
}

/** The token's identifier is part of the detail, because actor names are stored permanently and identifiers are unlimited. */
function withCredential(message: string, caller: Caller | null): string {
  return caller === null || caller.credentialId === '' ? message : `${message} (token ${caller.credentialId})`;
}

/** Unauthenticated callers are distinguished by address without port, because each connection has another port. */
function keyOf({ caller, peerAddress, method, error }: Denial): string {
  const who = caller?.name ?? peerAddress.slice(0, peerAddress.lastIndexOf(':'));
  return `${who} ${method} ${error.reason}`;
}
