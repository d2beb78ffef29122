/** Resource quantities as the integers that the scheduler computes with, and as text. */
import { parseQuantity } from './quantity.ts';
import { asObject } from './unvalidated-fields.ts';

/** Amounts by resource name, in the units of the scheduler: `cpu` in millicores, everything else in bytes, pods or devices. */
export type Amounts = Readonly<Record<string, number>>;

const NANO_PER_MILLI = 1_000_000n;
const NANO_PER_UNIT = 1_000_000_000n;

/** Converts a map of quantities to amounts, rounded up. Omits values that are not valid quantities or not above 0. */
export function amountsOf(quantities: unknown): Amounts {
  const amounts: Record<string, number> = {};
  for (const [resource, quantity] of Object.entries(asObject(quantities))) {
    const amount = amountOf(resource, quantity);
    if (amount > 0) amounts[resource] = amount;
  }
  return amounts;
}

function amountOf(resource: string, quantity: unknown): number {
  if (typeof quantity !== 'string' && typeof quantity !== 'number') return 0;
  const nano = parseQuantity(quantity) ?? 0n;
  const unit = resource === 'cpu' ? NANO_PER_MILLI : NANO_PER_UNIT;
  // No node has more than a double can represent.
  return Math.min(Number((nano + unit - 1n) / unit), Number.MAX_SAFE_INTEGER);
}

export function addAmounts(left: Amounts, right: Amounts): Amounts {
  return combine(left, right, (one, other) => one + other);
}

/** The larger amount of each resource. */
export function maxAmounts(left: Amounts, right: Amounts): Amounts {
  return combine(left, right, Math.max);
}

function combine(left: Amounts, right: Amounts, join: (one: number, other: number) => number): Amounts {
  const combined: Record<string, number> = { ...left };
  for (const [resource, amount] of Object.entries(right)) combined[resource] = join(combined[resource] ?? 0, amount);
  return combined;
}

const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti'] as const;

/** An amount as text: `250m` or `2` for cpu, `1.5Gi` for memory, `3` for anything else. */
export function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
  if (resource !== 'memory' && resource !== 'ephemeral-storage' && !resource.startsWith('hugepages-')) {
    return String(amount);
  }
  let [value, step] = [amount, 0];
  while (Math.abs(value) >= 1024 && step < BINARY_SUFFIXES.length - 1) [value, step] = [value / 1024, step + 1];
  return `${Number(value.toFixed(2))}${BINARY_SUFFIXES[step]}`;
}
