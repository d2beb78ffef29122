/** What differs between two versions of a DaemonSet, and whether a placement can see it. */

import { canonicalJson } from '../../shared/canonical-json.ts';
import type { Change, DaemonSetRecord } from '../journal/events.ts';
import { changesOfRecords } from './record-changes.ts';

export function daemonSetChanges(before: DaemonSetRecord | null, after: DaemonSetRecord | null): Change[] {
  return changesOfRecords(before && flatten(before), after && flatten(after));
}

/** Whether the two are placed alike whatever the node. */
export function placedAlike(before: DaemonSetRecord, after: DaemonSetRecord): boolean {
  return placementText(before) === placementText(after);
}

function placementText({ placement }: DaemonSetRecord): string {
  return canonicalJson(placement.spec?.template?.spec ?? {});
}

function flatten(record: DaemonSetRecord): Record<string, string> {
  const { nodeName, nodeSelector, affinity, tolerations, hostNetwork } = record.placement.spec?.template?.spec ?? {};
  const flat: Record<string, string> = {
    templateRevision: record.templateRevision,
    digest: record.digest.slice(0, 12),
  };
  if (record.uid !== '') flat.uid = record.uid;
  if (record.minReadySeconds !== 0) flat.minReadySeconds = String(record.minReadySeconds);
  if (nodeName !== undefined) flat.nodeName = nodeName;
  if (hostNetwork !== undefined) flat.hostNetwork = String(hostNetwork);
  for (const [key, value] of Object.entries(nodeSelector ?? {})) flat[`nodeSelector.${key}`] = value;
  if (affinity !== undefined) flat.affinity = canonicalJson(affinity.nodeAffinity ?? affinity);
  for (const toleration of tolerations ?? []) {
    const { key = '*', operator = 'Equal', value = '', effect = '', tolerationSeconds } = toleration;
    const seconds = tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`;
    flat[`tolerations.${key}:${effect || '*'}`] = `${operator}${value === '' ? '' : ` ${value}`}${seconds}`;
  }
  return flat;
}
