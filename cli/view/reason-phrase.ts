/** Summarizes blocking reasons in a phrase that is the same for all nodes with the same reasons. */
import type { Reason } from '../../shared/placement/types.ts';

/** The reasons that prevent a daemon pod from starting, without those that only summarize others. */
export function blockingReasons(reasons: readonly Reason[]): readonly Reason[] {
  const failed = reasons.filter(({ outcome }) => outcome === 'failed');
  return failed.filter((reason) => !failed.some((other) => other !== reason && isDetailOf(other, reason)));
}

/** A requirement is a detail of its term, and a term of the affinity; their field paths share a prefix. */
function isDetailOf(detail: Reason, whole: Reason): boolean {
  return (
    whole.code.startsWith('AFFINITY_') &&
    detail.fieldPath.length > whole.fieldPath.length &&
    detail.fieldPath.startsWith(whole.fieldPath)
  );
}

/** Sorts taints, because their order on a node has no meaning and must not split groups. */
export function reasonPhrase(blocking: readonly Reason[]): string {
  const affinity = blocking.filter(isOfAffinity);
  const taints = blocking.filter(isOfTaints);
  const others = blocking.filter((reason) => !isOfAffinity(reason) && !isOfTaints(reason));
  const phrases = [
    ...others.map(phraseOf),
    ...(affinity.length === 0 ? [] : [affinityPhrase(affinity)]),
    ...taints.map(phraseOf).sort(),
  ];
  return phrases.join('; ');
}

function isOfAffinity({ code }: Reason): boolean {
  return code.startsWith('AFFINITY_');
}

function isOfTaints({ code }: Reason): boolean {
  return code.startsWith('TAINT_');
}

function phraseOf({ code, expected, found, message }: Reason): string {
  const [key, value] = splitOnce(expected, '=');
  switch (code) {
    case 'NODE_NAME_DIFFERS':
      return `nodeName is ${expected}`;
    case 'NODE_SELECTOR_LABEL_MISSING':
      return `label ${key} is missing (expected ${expected})`;
    case 'NODE_SELECTOR_VALUE_DIFFERS':
      return `label ${key} is not '${value}'`;
    case 'TAINT_NOT_TOLERATED':
      return `taint ${found ?? ''} is not tolerated`;
    default:
      return message.replace(/\.$/, '');
  }
}

/** Terms are alternatives: joins the unmet requirements of a term with `and`, and the terms with `or`. */
function affinityPhrase(reasons: readonly Reason[]): string {
  const terms = new Map<string, string[]>();
  for (const reason of reasons) {
    const [term = ''] = /nodeSelectorTerms\[\d+\]/.exec(reason.fieldPath) ?? [];
    terms.set(term, [...(terms.get(term) ?? []), requirementPhrase(reason)]);
  }
  return `node affinity requires ${[...terms.values()].map((phrases) => phrases.join(' and ')).join(', or ')}`;
}

function requirementPhrase({ code, expected }: Reason): string {
  switch (code) {
    case 'AFFINITY_REQUIREMENT_DOES_NOT_MATCH':
      return expected;
    case 'AFFINITY_TERM_EMPTY':
      return 'an empty term, which matches no node';
    default:
      return `${expected} (invalid, matches no node)`;
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)];
}
