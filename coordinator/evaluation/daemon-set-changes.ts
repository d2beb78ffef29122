/** What differs between two versions of a DaemonSet, and whether a placement can see it. */

import { canonicalJson } from '../../shared/canonical-json.ts';
import type { Change } from '../../shared/journal-format/events.ts';
import type { Requirement, Toleration } from '../../shared/kubernetes/objects.ts';
import { amountText } from '../../shared/kubernetes/resource-amounts.ts';
import type { DaemonSetRecord } from '../../shared/model/daemon-set-record.ts';
import { fieldChanges } from './field-changes.ts';

export function daemonSetChanges(before: DaemonSetRecord | null, after: DaemonSetRecord | null): Change[] {
  // Of what an earlier coordinator did not keep nobody knows whether it changed.
  const known = after && before?.images === null ? { ...after, images: null } : after;
  return fieldChanges(before && flatten(before), known && flatten(known));
}

/** Whether the two are placed alike whatever the node. */
export function hasSamePlacement(before: DaemonSetRecord, after: DaemonSetRecord): boolean {
  return placementText(before) === placementText(after);
}

function placementText({ placement }: DaemonSetRecord): string {
  return canonicalJson(placement.spec?.template?.spec ?? {});
}

/** Entries of lists are fields of their own, named by what they say, so that a change names just what changed. */
function flatten(record: DaemonSetRecord): Record<string, string> {
  const { nodeName, nodeSelector, affinity, tolerations, hostNetwork } = record.placement.spec?.template?.spec ?? {};
  const flat: Record<string, string> = {
    templateRevision: record.templateRevision,
    digest: record.digest.slice(0, 12),
  };
  if (record.uid !== '') flat['uid'] = record.uid;
  if (record.minReadySeconds !== 0) flat['minReadySeconds'] = String(record.minReadySeconds);
  if (record.surge) flat['surge'] = 'true';
  for (const [resource, amount] of Object.entries(record.needs?.requests ?? {})) {
    flat[`requests.${resource}`] = amountText(resource, amount);
  }
  for (const { port, protocol } of record.needs?.hostPorts ?? []) flat[`hostPorts.${port}/${protocol}`] = '';
  for (const [container, image] of Object.entries(record.images ?? {})) flat[`images.${container}`] = image;
  if (nodeName !== undefined) flat['nodeName'] = nodeName;
  if (hostNetwork !== undefined) flat['hostNetwork'] = String(hostNetwork);
  for (const [key, value] of Object.entries(nodeSelector ?? {})) flat[`nodeSelector.${key}`] = value;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  terms.forEach((term, index) => {
    for (const list of ['matchExpressions', 'matchFields'] as const) {
      for (const requirement of term?.[list] ?? [])
        flat[`affinity.term ${index}: ${requirementText(requirement)}`] = '';
    }
  });
  for (const toleration of tolerations ?? []) flat[`tolerations.${tolerationText(toleration)}`] = '';
  return flat;
}

function requirementText({ key = '', operator = '', values }: Requirement): string {
  return `${key} ${operator}${values === undefined || values.length === 0 ? '' : ` (${values.join(', ')})`}`;
}

/** As kubectl writes a taint, and what is beside it. */
function tolerationText({
  key = '',
  operator = 'Equal',
  value = '',
  effect = '',
  tolerationSeconds,
}: Toleration): string {
  const what = `${key || '*'}${operator === 'Exists' ? '' : `=${value}`}:${effect || '*'}`;
  const how = operator === 'Exists' || operator === 'Equal' ? '' : ` ${operator}`;
  return `${what}${how}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`;
}
