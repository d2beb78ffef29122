/** Shows progress on one line of a terminal, and clears the line at the end. */
import type { Clock } from '../../shared/clock.ts';
import type { Io } from '../io.ts';
import { durationText } from './time.ts';

/** Minimum time between two updates. */
const INTERVAL_MS = 100;
const COUNT_MS = 1_000;
const CLEAR_LINE = '\r\u001B[K';

export class Progress {
  readonly #io: Pick<Io, 'stderr' | 'isErrorTTY'>;
  readonly #clock: Clock;
  readonly #activity: string;
  readonly #text: (amount: number) => string;
  readonly #noun: string;
  #shownMs = Number.NEGATIVE_INFINITY;
  #stopCounting: () => void = () => {};

  /** `activity` is for example `verifying`; `text` formats amounts, and `noun` follows them, for example ` events`. */
  constructor(io: Io, activity: string, text: (amount: number) => string, noun = '') {
    this.#io = io;
    this.#clock = io.clock;
    this.#activity = activity;
    this.#text = text;
    this.#noun = noun;
  }

  /** `total` is 0 if it is unknown. */
  emit(done: number, total: number): void {
    if (!this.#io.isErrorTTY || this.#clock.nowMs() - this.#shownMs < INTERVAL_MS) return;
    const [of, share] = total > 0 ? [` of ${this.#text(total)}`, ` (${Math.floor((done / total) * 100)}%)`] : ['', ''];
    this.#show(`${this.#activity}: ${this.#text(done)}${of}${this.#noun}${share}`);
  }

  /** For an activity of unknown length: shows how long it has taken so far. */
  count(activity: string): void {
    if (!this.#io.isErrorTTY) return;
    const startMs = this.#clock.nowMs();
    const show = () => {
      this.#show(`${activity}: ${durationText(this.#clock.nowMs() - startMs)} elapsed`);
      this.#stopCounting = this.#clock.after(COUNT_MS, show);
    };
    show();
  }

  done(): void {
    this.#stopCounting();
    if (this.#shownMs > Number.NEGATIVE_INFINITY) this.#io.stderr.write(CLEAR_LINE);
  }

  #show(text: string): void {
    this.#shownMs = this.#clock.nowMs();
    this.#io.stderr.write(`${CLEAR_LINE}${text}`);
  }
}

/** For example `1,200`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** In the largest unit in which the amount is at least one. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const amount = bytes / 2 ** (10 * power);
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power]}`;
}
