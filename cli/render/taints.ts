/** Taints as kubectl writes them. */
import type { NodeTaint } from '../../shared/model/model.ts';

export function taintText({ key, value, effect }: NodeTaint): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}
