/**
 * Journals everything that was denied, and lets nobody fill the journal with it: the first denial of a
 * caller and kind is a row at once, what follows within the window is counted and becomes one more row.
 */
import type { Clock } from '../../shared/clock.ts';
import type { ErrorReason, RollcallError } from '../../shared/errors.ts';
import type { AccessEvent, NewEvent } from '../../shared/journal-format/events.ts';
import { DENIALS } from '../limits.ts';
import type { Caller } from './caller.ts';

/** What agents call. */
export const CONNECT = 'AgentService/Connect';

export interface Denial {
  /** `null` where the caller could not be identified. */
  readonly caller: Caller | null;
  /** Address and port. */
  readonly peerAddress: string;
  /** Name of the gRPC method, `Service/Method`. */
  readonly method: string;
  /** The node that was spoken for; `''` where none was named. */
  readonly node: string;
  readonly error: RollcallError;
}

/** Reasons of the door that say nothing about the caller. */
const NO_DENIALS: ReadonlySet<ErrorReason> = new Set(['TOO_MANY_CONNECTS', 'DRAINING', 'IDENTITY_UNKNOWN', 'INTERNAL']);

interface Window {
  /** The newest denial that has no row yet. */
  last: Denial;
  /** How many have none. */
  more: number;
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
    if (NO_DENIALS.has(denial.error.reason)) return;
    const key = keyOf(denial);
    const window = this.#windows.get(key) ?? (this.#isFull ? this.#windows.get(OTHERS) : undefined);
    if (window !== undefined) {
      window.last = denial;
      window.more++;
      return;
    }
    this.#open(this.#isFull ? OTHERS : key, denial);
    this.#append(denial, 1);
  }

  /** What was only counted so far becomes rows; nothing is journalled after it. */
  close(): void {
    for (const cancel of this.#timers) cancel();
    for (const key of this.#windows.keys()) this.#close(key);
  }

  get #isFull(): boolean {
    return this.#windows.size >= DENIALS.tracked;
  }

  #open(key: string, denial: Denial): void {
    this.#windows.set(key, { last: denial, more: 0 });
    const cancel = this.#options.clock.after(DENIALS.windowMs, () => {
      this.#timers.delete(cancel);
      this.#close(key);
    });
    this.#timers.add(cancel);
  }

  #close(key: string): void {
    const window = this.#windows.get(key);
    this.#windows.delete(key);
    if (window !== undefined && window.more > 0) this.#append(window.last, window.more);
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

/** The id of the token is in the detail, because names of actors are kept for ever and ids would never end. */
function withCredential(message: string, caller: Caller | null): string {
  return caller === null || caller.credentialId === '' ? message : `${message} (token ${caller.credentialId})`;
}

/** Whoever is not identified is told from others by the address alone, because a port lasts one connection. */
function keyOf({ caller, peerAddress, method, error }: Denial): string {
  const who = caller?.name ?? peerAddress.slice(0, peerAddress.lastIndexOf(':'));
  return `${who} ${method} ${error.reason}`;
}
