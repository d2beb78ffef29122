/** Taints as text. */

/** `key=value:effect` as kubectl prints it, without `=value` if the value is empty. */
export function taintText({
  key,
  value,
  effect,
}: {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}
