/** Says in a phrase what stands in the way, in the same words for every node that it stands in the way of. */
import type { Reason } from '../../shared/placement/types.ts';

/** The reasons that keep a daemon pod from starting, without those that only sum up others. */
export function blockingReasons(reasons: readonly Reason[]): readonly Reason[] {
  const failed = reasons.filter(({ outcome }) => outcome === 'failed');
  return failed.filter((reason) => !failed.some((other) => other !== reason && isDetailOf(other, reason)));
}

/** A requirement is a detail of its term, and a term of the affinity: their field paths begin alike. */
function isDetailOf(detail: Reason, whole: Reason): boolean {
  return (
    whole.code.startsWith('AFFINITY_') &&
    detail.fieldPath.length > whole.fieldPath.length &&
    detail.fieldPath.startsWith(whole.fieldPath)
  );
}

/** Taints come last and by name: their order on a node says nothing, and must not tell two nodes apart. */
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

/** Terms are alternatives: each one's unmet requirements are joined with `and`, the terms with `or`. */
function affinityPhrase(reasons: readonly Reason[]): string {
  const terms = new Map<string, string[]>();
  for (const reason of reasons) {
    const [term = ''] = /nodeSelectorTerms\[\d+\]/.exec(reason.fieldPath) ?? [];
    terms.set(term, [...(terms.get(term) ?? []), affinityDemand(reason)]);
  }
  return `node affinity wants ${[...terms.values()].map((phrases) => phrases.join(' and ')).join(', or ')}`;
}

function affinityDemand({ code, expected }: Reason): string {
  switch (code) {
    case 'AFFINITY_REQUIREMENT_DOES_NOT_MATCH':
      return expected;
    case 'AFFINITY_TERM_EMPTY':
      return 'nothing (an empty term, which matches no node)';
    default:
      return `${expected} (which is not valid and matches no node)`;
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index === -1 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)];
}
