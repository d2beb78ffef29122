/** The fields that differ between two versions of a pod template. Pure. Returns paths, never values. */
import { canonicalJson } from '../canonical-json.ts';
import type { DaemonSet } from '../kubernetes/objects.ts';
import { parseQuantity } from '../kubernetes/quantity.ts';
import { isObject } from '../kubernetes/unvalidated-fields.ts';
import { defaultPodTemplate } from './default-pod-template.ts';

/** Paths such as `spec.containers[0].image`; empty if both templates result in the same daemon pods. */
export function templateChanges(before: DaemonSet, after: DaemonSet): string[] {
  const paths: string[] = [];
  collectDifferences(defaultPodTemplate(before), defaultPodTemplate(after), '', paths);
  return paths;
}

function collectDifferences(before: unknown, after: unknown, path: string, paths: string[]): void {
  if (isObject(before) && isObject(after)) {
    for (const name of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()) {
      collectDifferences(before[name], after[name], path === '' ? name : `${path}.${name}`, paths);
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, item] of before.entries()) collectDifferences(item, after[index], `${path}[${index}]`, paths);
  } else if (!isSameValue(before, after, path)) {
    paths.push(path);
  }
}

/** Paths with quantities, which the API server normalizes: `1000m` becomes `1`. */
const QUANTITY_PATH = /\.resources\.(?:limits|requests)\.|\.sizeLimit$|\.divisor$/;

function isSameValue(before: unknown, after: unknown, path: string): boolean {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return true;
  if (!QUANTITY_PATH.test(path)) return false;
  const [one, other] = [before, after].map((value) => parseQuantity(String(value)));
  return one !== null && one === other;
}
