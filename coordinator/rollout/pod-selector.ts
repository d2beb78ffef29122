/** Matches pods against the label selector of a DaemonSet (apimachinery LabelSelectorAsSelector). */
import type { LabelSelector } from '../../shared/kubernetes/objects.ts';

type Labels = Readonly<Record<string, string>>;

/** The built-in controller refuses to act for such a DaemonSet. */
export function selectsEverything(selector: LabelSelector | null): boolean {
  if (selector === null) return false;
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0;
}

/** A missing selector, and one with an expression that is not valid, match no pod. */
export function podSelector(selector: LabelSelector | null): (labels: Labels) => boolean {
  if (selector === null) return () => false;
  const wanted = Object.entries(selector.matchLabels ?? {});
  const expressions = (selector.matchExpressions ?? []).map(expressionMatcher);
  return (labels) =>
    wanted.every(([key, value]) => labels[key] === value) && expressions.every((matches) => matches(labels));
}

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

function expressionMatcher({ key = '', operator = '', values }: Expression): (labels: Labels) => boolean {
  const set = new Set(values ?? []);
  switch (operator) {
    case 'In':
      return (labels) => labels[key] !== undefined && set.has(labels[key]);
    case 'NotIn':
      return (labels) => set.size > 0 && (labels[key] === undefined || !set.has(labels[key]));
    case 'Exists':
      return (labels) => set.size === 0 && labels[key] !== undefined;
    case 'DoesNotExist':
      return (labels) => set.size === 0 && labels[key] === undefined;
    default:
      return () => false;
  }
}
