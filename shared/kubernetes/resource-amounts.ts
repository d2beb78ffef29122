/** Resource quantities as the scheduler's whole numbers, and back into what people write. */
import { parseQuantity } from './quantity.ts';
import { asObject } from './unvalidated-fields.ts';

/**
 * Amounts by resource name, as the scheduler counts them: `cpu` in millicores, everything else in whole
 * units (bytes, pods, devices).
 */
export type Amounts = Readonly<Record<string, number>>;

const NANO_PER_MILLI = 1_000_000n;
const NANO_PER_UNIT = 1_000_000_000n;

/** A map of quantities as amounts, rounded up; what is no quantity, and what is not above 0, is left out. */
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
  // More than a double can count is more than any node has.
  return Math.min(Number((nano + unit - 1n) / unit), Number.MAX_SAFE_INTEGER);
}

export function addAmounts(left: Amounts, right: Amounts): Amounts {
  return combine(left, right, (one, other) => one + other);
}

/** The larger one of each resource. */
export function maxAmounts(left: Amounts, right: Amounts): Amounts {
  return combine(left, right, Math.max);
}

function combine(left: Amounts, right: Amounts, join: (one: number, other: number) => number): Amounts {
  const combined: Record<string, number> = { ...left };
  for (const [resource, amount] of Object.entries(right)) combined[resource] = join(combined[resource] ?? 0, amount);
  return combined;
}

const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti'] as const;

/** For people: `250m` or `2` of cpu, `1.5Gi` of memory, `3` of anything else. */
export function amountText(resource: string, amount: number): string {
  if (resource === 'cpu') return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
  if (resource !== 'memory' && resource !== 'ephemeral-storage' && !resource.startsWith('hugepages-')) {
    return String(amount);
  }
  let [value, step] = [amount, 0];
  while (Math.abs(value) >= 1024 && step < BINARY_SUFFIXES.length - 1) [value, step] = [value / 1024, step + 1];
  return `${Number(value.toFixed(2))}${BINARY_SUFFIXES[step]}`;
}
