/** Compares two versions of a DaemonSet: what changed, and whether the change affects placement. */

import { canonicalJson } from '../../shared/canonical-json.ts';
import type { Change } from '../../shared/journal-format/events.ts';
import type { Requirement, Toleration } from '../../shared/kubernetes/objects.ts';
import { amountText } from '../../shared/kubernetes/resource-amounts.ts';
import type { DaemonSetRecord } from '../../shared/model/daemon-set-record.ts';
import { fieldChanges } from './field-changes.ts';

export function daemonSetChanges(before: DaemonSetRecord | null, after: DaemonSetRecord | null): Change[] {
  // An earlier version of the coordinator did not record images, so whether they changed is unknown.
  const known = after && before?.images === null ? { ...after, images: null } : after;
  return fieldChanges(before && flatten(before), known && flatten(known));
}

/** Whether both versions have the same verdict on every node. */
export function hasSamePlacement(before: DaemonSetRecord, after: DaemonSetRecord): boolean {
  return placementText(before) === placementText(after);
}

function placementText({ placement }: DaemonSetRecord): string {
  return canonicalJson(placement.spec?.template?.spec ?? {});
}

/** Each list entry becomes a field named after its content, so that a change names only the entry that changed. */
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

/** In kubectl's notation for taints, followed by an unusual operator and tolerationSeconds. */
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
