/** Converts resource usage and the five answers about a pair to and from messages of the contract. */

import type { Amounts } from '../kubernetes/resource-amounts.ts';
import type { Answer, FitReason } from '../model/fit-result.ts';
import type { Answers } from '../model/five-answers.ts';
import type { NodeUsage, PodUsage } from '../model/node-usage.ts';
import type { Answer__Output as WireAnswer } from './generated/rollcall/v1/Answer.ts';
import type { Answers as WireAnswers, Answers__Output as WireAnswersRead } from './generated/rollcall/v1/Answers.ts';
import type {
  NodeUsage as WireNodeUsage,
  NodeUsage__Output as WireNodeUsageRead,
} from './generated/rollcall/v1/NodeUsage.ts';
import type {
  PodUsage as WirePodUsage,
  PodUsage__Output as WirePodUsageRead,
} from './generated/rollcall/v1/PodUsage.ts';
import { daemonSetKey, daemonSetRef } from './wire-daemon-set.ts';
import { enumCodec } from './wire-enum.ts';

const answerCodec = enumCodec<Answer, WireAnswer>({
  yes: 'ANSWER_YES',
  no: 'ANSWER_NO',
  unknown: 'ANSWER_UNKNOWN',
});

export function amountsFromWire(wire: Readonly<Record<string, string>>): Amounts {
  return Object.fromEntries(Object.entries(wire).map(([resource, amount]) => [resource, Number(amount)]));
}

export function nodeUsageToWire({ others, daemonSets }: NodeUsage): WireNodeUsage {
  return {
    others: podUsageToWire(others),
    daemonSets: daemonSets.map(({ daemonSet, usage }) => ({
      daemonSet: daemonSetRef(daemonSet),
      usage: podUsageToWire(usage),
    })),
  };
}

export function nodeUsageFromWire(wire: WireNodeUsageRead): NodeUsage {
  return {
    others: podUsageFromWire(wire.others),
    daemonSets: wire.daemonSets.map(({ daemonSet, usage }) => ({
      daemonSet: daemonSetKey(daemonSet),
      usage: podUsageFromWire(usage),
    })),
  };
}

function podUsageToWire({ podCount, requests, hostPorts }: PodUsage): WirePodUsage {
  return {
    podCount,
    requests: { ...requests },
    hostPorts: hostPorts.map(({ hostIP, ...rest }) => ({ hostIp: hostIP, ...rest })),
  };
}

function podUsageFromWire(wire: WirePodUsageRead | null): PodUsage {
  return {
    podCount: wire?.podCount ?? 0,
    requests: amountsFromWire(wire?.requests ?? {}),
    hostPorts: (wire?.hostPorts ?? []).map(({ hostIp, protocol, port, pod }) => ({
      hostIP: hostIp,
      protocol,
      port,
      pod,
    })),
  };
}

export function answersToWire({ selected, desired, fits, current, ready, fitReasons }: Answers): WireAnswers {
  return {
    selected: answerCodec.toWire(selected),
    desired: answerCodec.toWire(desired),
    fits: answerCodec.toWire(fits),
    current: answerCodec.toWire(current),
    ready: answerCodec.toWire(ready),
    fitReasons: fitReasons.map(({ requested, allocatable, used, ...rest }) => ({
      ...rest,
      requested: String(requested),
      allocatable: String(allocatable),
      used: String(used),
    })),
  };
}

/** An older coordinator does not send the answers. */
export function answersFromWire(wire: WireAnswersRead | null): Answers {
  const answer = (word: 'selected' | 'desired' | 'fits' | 'current' | 'ready'): Answer =>
    (wire && answerCodec.fromWire(wire[word])) ?? 'unknown';
  return {
    selected: answer('selected'),
    desired: answer('desired'),
    fits: answer('fits'),
    current: answer('current'),
    ready: answer('ready'),
    fitReasons: (wire?.fitReasons ?? []).map(
      ({ code, message, resource, requested, allocatable, used, pod }): FitReason => ({
        code,
        message,
        resource,
        requested: Number(requested),
        allocatable: Number(allocatable),
        used: Number(used),
        pod,
      }),
    ),
  };
}
