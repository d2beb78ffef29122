/** Prints the cause, engine and inputs of a decision. */
import type { Style } from '../output/style.ts';
import { timeText } from '../output/time.ts';
import type { EventView } from '../view/event-view.ts';
import type { InputsView } from '../view/inputs-view.ts';

/** Number of hexadecimal digits of a SHA-256; `-o wide` and JSON include all. */
const DIGEST_LENGTH = 12;

export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** Trigger, actor, engine and times. */
export function provenance({ cause, engineVersion, occurTime, recordTime, revision }: EventView): Fact[] {
  const trigger = cause === null ? 'unknown' : cause.trigger;
  const led = cause?.revision ? `, revision ${cause.revision}: ${cause.message}` : '';
  const late = occurTime === recordTime ? '' : `, occurred ${occurTime ?? 'at an unknown time'}`;
  return [
    { name: 'trigger', text: `${trigger}${led}` },
    { name: 'actor', text: cause?.actor || 'unknown' },
    { name: 'recorded', text: `revision ${revision}, ${recordTime ?? '-'}${late}` },
    ...(engineVersion === '' ? [] : [{ name: 'engine', text: engineVersion }]),
  ];
}

/** Versions and digests of both inputs. */
export function inputFacts(inputs: InputsView, style: Style, wide: boolean): Fact[] {
  const { nodeResourceVersion, factsOrigin, factsSource, factsTime } = inputs;
  const { daemonSetGeneration, templateRevision, daemonSetSource } = inputs;
  const node = [
    revisionText(inputs.nodeRevision, inputs.nodeDigest, style, wide),
    ...(nodeResourceVersion === '' || !wide ? [] : [`resourceVersion ${nodeResourceVersion}`]),
    `from the ${factsOrigin}${factsSource === '' ? '' : ` (${factsSource})`}`,
    ...(factsTime === null ? [] : [`observed ${timeText(factsTime)}`]),
  ];
  const daemonSet = [
    revisionText(inputs.daemonSetRevision, inputs.daemonSetDigest, style, wide),
    `generation ${daemonSetGeneration}`,
    `template ${templateRevision}`,
    ...(daemonSetSource === '' ? [] : [`from ${daemonSetSource}`]),
  ];
  return [
    { name: 'node', text: node.join(', ') },
    { name: 'daemonset', text: daemonSet.join(', ') },
  ];
}

function revisionText(revision: number, digest: string, { marks }: Style, wide: boolean): string {
  const shown = wide || digest.length <= DIGEST_LENGTH ? digest : digest.slice(0, DIGEST_LENGTH) + marks.ellipsis;
  return `revision ${revision}, sha256:${shown}`;
}
