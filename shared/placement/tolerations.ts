/**
 * Which taints a daemon pod tolerates: with the tolerations of the template and those that Kubernetes adds to
 * every daemon pod (component-helpers corev1/helpers.go; daemon util AddOrUpdateDaemonPodTolerations).
 */

import { asText } from '../kubernetes/unvalidated-fields.ts';
import type { DaemonSetFields, TolerationFields } from './daemon-set-fields.ts';
import type { RawTaint } from './node-reading.ts';
import type { Verdict } from './types.ts';

/** A toleration of the daemon pod and its origin. */
export interface PodToleration extends TolerationFields {
  /** Index in the tolerations of the template; -1 if Kubernetes added it. */
  readonly templateIndex: number;
  /** Whether Kubernetes adds it, or would add it if the template did not have it. */
  readonly automatic: boolean;
}

/**
 * The tolerations of the daemon pod. An automatic toleration replaces one of the template with the same key,
 * effect, operator and value, including its tolerationSeconds. Otherwise it is appended.
 */
export function podTolerations(fields: DaemonSetFields): readonly PodToleration[] {
  const tolerations: PodToleration[] = fields.tolerations.map((toleration, templateIndex) => ({
    ...toleration,
    templateIndex,
    automatic: false,
  }));
  for (const automatic of automaticTolerations(fields.hostNetwork)) {
    let replaced = false;
    for (const [place, toleration] of tolerations.entries()) {
      if (!isSameToleration(toleration, automatic)) continue;
      tolerations[place] = { ...automatic, templateIndex: toleration.templateIndex, automatic: true };
      replaced = true;
    }
    if (!replaced) tolerations.push({ ...automatic, templateIndex: -1, automatic: true });
  }
  return tolerations;
}

/** Tolerations by the effects that affect the verdict, so that a decision checks only a few. */
export interface TolerationsByEffect {
  readonly noSchedule: readonly TolerationFields[];
  readonly noExecute: readonly TolerationFields[];
}

export function tolerationsByEffect(tolerations: readonly TolerationFields[]): TolerationsByEffect {
  return {
    noSchedule: tolerations.filter((toleration) => toleratesEffect(toleration, 'NoSchedule')),
    noExecute: tolerations.filter((toleration) => toleratesEffect(toleration, 'NoExecute')),
  };
}

/** The verdict from taints alone. Only effects NoSchedule and NoExecute matter. */
export function taintVerdict(tolerations: TolerationsByEffect, taints: readonly RawTaint[]): Verdict {
  let verdict: Verdict = 'run';
  for (let i = 0; i < taints.length; i++) {
    const taint = taints[i];
    const effect = taint?.effect;
    if (effect === 'NoSchedule') {
      if (verdict === 'run' && !anyTolerates(tolerations.noSchedule, taint)) verdict = 'keep';
    } else if (effect === 'NoExecute') {
      if (!anyTolerates(tolerations.noExecute, taint)) return 'none';
    }
  }
  return verdict;
}

/** The first toleration that tolerates the taint, or `undefined`. Ignores `tolerationSeconds`. */
export function toleratingOf<T extends TolerationFields>(tolerations: readonly T[], taint: RawTaint): T | undefined {
  const key = asText(taint?.key);
  const value = asText(taint?.value);
  const effect = asText(taint?.effect);
  return tolerations.find(
    (toleration) => toleratesEffect(toleration, effect) && toleratesKeyAndValue(toleration, key, value),
  );
}

function anyTolerates(tolerations: readonly TolerationFields[], taint: RawTaint): boolean {
  const key = asText(taint?.key);
  const value = asText(taint?.value);
  for (let i = 0; i < tolerations.length; i++) {
    if (toleratesKeyAndValue(tolerations[i] as TolerationFields, key, value)) return true;
  }
  return false;
}

function toleratesEffect(toleration: TolerationFields, effect: string): boolean {
  return toleration.effect === '' || toleration.effect === effect;
}

/** An empty key matches any key, with any operator. */
function toleratesKeyAndValue(toleration: TolerationFields, key: string, value: string): boolean {
  if (toleration.key !== '' && toleration.key !== key) return false;
  switch (toleration.operator) {
    case '':
    case 'Equal':
      return toleration.value === value;
    case 'Exists':
      return true;
    default:
      // Also Lt and Gt, which need the feature gate TaintTolerationComparisonOperators.
      return false;
  }
}

export function isSameToleration(one: TolerationFields, other: TolerationFields): boolean {
  return (
    one.key === other.key && one.effect === other.effect && one.operator === other.operator && one.value === other.value
  );
}

/** The tolerations that Kubernetes adds to every daemon pod, in the same order. */
export function automaticTolerations(hostNetwork: boolean): readonly TolerationFields[] {
  return hostNetwork ? AUTOMATIC_WITH_HOST_NETWORK : AUTOMATIC;
}

const AUTOMATIC: readonly TolerationFields[] = [
  automatic('node.kubernetes.io/not-ready', 'NoExecute'),
  automatic('node.kubernetes.io/unreachable', 'NoExecute'),
  automatic('node.kubernetes.io/disk-pressure', 'NoSchedule'),
  automatic('node.kubernetes.io/memory-pressure', 'NoSchedule'),
  automatic('node.kubernetes.io/pid-pressure', 'NoSchedule'),
  automatic('node.kubernetes.io/unschedulable', 'NoSchedule'),
];

const AUTOMATIC_WITH_HOST_NETWORK: readonly TolerationFields[] = [
  ...AUTOMATIC,
  automatic('node.kubernetes.io/network-unavailable', 'NoSchedule'),
];

function automatic(key: string, effect: string): TolerationFields {
  return { key, operator: 'Exists', value: '', effect, tolerationSeconds: null };
}
