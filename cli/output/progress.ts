/** One line on a terminal that says how far something got, and is gone when it is done. */
import type { Clock } from '../../shared/clock.ts';
import type { Io } from '../io.ts';
import { durationText } from './time.ts';

/** Faster than that nobody reads. */
const INTERVAL_MS = 100;
const COUNT_MS = 1_000;
const CLEAR_LINE = '\r\u001B[K';

export class Progress {
  readonly #io: Pick<Io, 'stderr' | 'isErrorTTY'>;
  readonly #clock: Clock;
  readonly #what: string;
  readonly #text: (amount: number) => string;
  #shownMs = Number.NEGATIVE_INFINITY;
  #stopCounting: () => void = () => {};

  /** `what` is going on, for example `verifying`; `text` writes amounts, for example `1,200 rows`. */
  constructor(io: Io, what: string, text: (amount: number) => string) {
    this.#io = io;
    this.#clock = io.clock;
    this.#what = what;
    this.#text = text;
  }

  /** `total` is 0 where nobody knows. */
  emit(done: number, total: number): void {
    if (!this.#io.isErrorTTY || this.#clock.nowMs() - this.#shownMs < INTERVAL_MS) return;
    const share = total > 0 ? ` of ${this.#text(total)} (${Math.floor((done / total) * 100)}%)` : '';
    this.#show(`${this.#what}: ${this.#text(done)}${share}`);
  }

  /** For the last part of something, where nobody knows how far it is: says what it is, and for how long it has gone on. */
  count(what: string): void {
    if (!this.#io.isErrorTTY) return;
    const startMs = this.#clock.nowMs();
    const show = () => {
      this.#show(`${what}: ${durationText(this.#clock.nowMs() - startMs)} so far`);
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

export function rowsText(rows: number): string {
  return `${rows.toLocaleString('en-US')} rows`;
}

/** In the unit that leaves at least one before the point. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const amount = bytes / 2 ** (10 * power);
  return `${power === 0 ? amount : amount.toFixed(1)} ${units[power]}`;
}
