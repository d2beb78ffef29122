/** A timeline of three hours of one node, with one of each thing that a timeline can show. */
import type { Lane, MarkKind, SpanState, Timeline } from '../../../cli/timeline/timeline.ts';

export const TO_MS = Date.parse('2026-03-14T15:00:00Z');
const FROM_MS = TO_MS - 3 * 3_600_000;
/** After the end. */
const ON = 999;

/** Times are minutes after the start. */
export function lane(
  label: string,
  spans: readonly (readonly [from: number, to: number, state: SpanState])[],
  marks: readonly (readonly [from: number, to: number, kind: MarkKind])[] = [],
): Lane {
  const time = (minutes: number) => Math.min(TO_MS, FROM_MS + minutes * 60_000);
  return {
    label,
    spans: spans.map(([from, to, state]) => ({
      fromMs: time(from),
      toMs: time(to),
      state,
      title: `${state} from ${from}`,
    })),
    marks: marks.map(([from, to, kind]) => ({
      fromMs: time(from),
      toMs: time(to),
      kind,
      title: `${kind} from ${from}`,
    })),
  };
}

export const THREE_HOURS: Timeline = {
  subject: 'node gpu-1',
  fromMs: FROM_MS,
  toMs: TO_MS,
  lanes: [
    lane(
      'agent',
      [
        [0, 80, 'present'],
        [80, 120, 'absent'],
        [120, ON, 'present'],
      ],
      [[80, 120, 'absent']],
    ),
    lane('kube-system/calico-node', [[0, ON, 'run']]),
    lane('kube-system/kube-proxy', [[0, ON, 'run']]),
    lane(
      'logging/fluent-bit',
      [
        [0, 50, 'run'],
        [50, 100, 'keep'],
        [100, ON, 'run'],
      ],
      [[101, 103, 'missing']],
    ),
    lane(
      'kube-system/nvidia-device-plugin',
      [
        [0, 30, 'run'],
        [30, 36, 'none'],
        [36, 37, 'run'],
        [37, 38, 'none'],
        [38, ON, 'run'],
      ],
      [
        [0, 20, 'unhealthy'],
        [30, 36, 'unexpected'],
        [60, 61, 'unhealthy'],
        [62, 63, 'unhealthy'],
        [64, 65, 'unhealthy'],
        [150, ON, 'unhealthy'],
      ],
    ),
    lane('edge/edge-gateway', [[0, ON, 'none']], [[176, ON, 'missing']]),
    lane('monitoring/late', [[120, ON, 'run']]),
  ],
};
