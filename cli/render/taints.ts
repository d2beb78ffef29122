/** Taints as kubectl writes them. */
import type { NodeTaint } from '../../shared/roll/model.ts';

export function taintText({ key, value, effect }: NodeTaint): string {
  return `${key}${value === '' ? '' : `=${value}`}:${effect}`;
}
