/** Validates the objects of manifests: DaemonSets and nodes, accepted or rejected. Pure: reads no files. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.ts';
import { DEFAULT_NAMESPACE } from '../../shared/kubernetes/default-daemon-set.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { ManifestObject } from '../../shared/kubernetes/manifests/read-manifests.ts';
import type { DaemonSet } from '../../shared/kubernetes/objects.ts';
import type { StatusCause } from '../../shared/kubernetes/status-cause.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import { validateDaemonSet } from '../../shared/kubernetes/validation/validate-daemon-set.ts';
import { validateNode } from '../../shared/kubernetes/validation/validate-node.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';
import type { Declaration, Declare } from './manifest-folder.ts';

/** `name` is the key of the DaemonSet. */
export interface DaemonSetDeclaration extends Declaration {
  /** Validated, with defaults; `null` if the manifest is rejected. */
  readonly daemonSet: DaemonSet | null;
  /** Warnings for an accepted manifest, causes for a rejected one. */
  readonly findings: readonly ManifestProblem[];
}

export interface NodeDeclaration extends Declaration {
  /** `null` if the manifest is rejected. */
  readonly facts: NodeFacts | null;
}

export const declareDaemonSet: Declare<DaemonSetDeclaration> = (manifest, path) => {
  const { object, source, kind } = manifest;
  const key = daemonSetKeyOf(object);
  if (kind !== 'DaemonSet') return { declared: null, name: key, problems: [wrongKind(manifest, 'DaemonSets')] };
  const validation = validateDaemonSet(object);
  const findings = validation.accepted
    ? validation.warnings.map((warning) => ({ ...warning, source }))
    : problemsOf(validation.causes, source);
  // Without a name, the causes cannot be attributed to a DaemonSet.
  if (key === '') return { declared: null, problems: findings };
  const daemonSet = validation.accepted ? validation.daemonSet : null;
  return { declared: { name: key, path, source, digest: digestOf(manifest), daemonSet, findings }, problems: [] };
};

export const declareNode: Declare<NodeDeclaration> = (manifest, path) => {
  const { object, source, kind } = manifest;
  // The file of a node also contains the pods of the node, for its agent.
  if (kind === 'Pod') return { declared: null, problems: [] };
  const name = textAt(object, 'name');
  if (kind !== 'Node') return { declared: null, name, problems: [wrongKind(manifest, 'Nodes and their Pods')] };
  const validation = validateNode(object);
  const problems = validation.accepted ? [] : problemsOf(validation.causes, source);
  if (name === '') return { declared: null, problems };
  const facts = validation.accepted ? nodeFacts(validation.node) : null;
  return { declared: { name, path, source, digest: digestOf(manifest), facts }, problems };
};

/** Empty if the object has no name. */
function daemonSetKeyOf(object: Record<string, unknown>): string {
  const name = textAt(object, 'name');
  return name === '' ? '' : `${textAt(object, 'namespace') || DEFAULT_NAMESPACE}/${name}`;
}

function textAt(object: Record<string, unknown>, field: 'name' | 'namespace'): string {
  const value = isObject(object['metadata']) ? object['metadata'][field] : undefined;
  return typeof value === 'string' ? value : '';
}

function digestOf({ object }: ManifestObject): string {
  return createHash('sha256').update(canonicalJson(object)).digest('base64url');
}

function problemsOf(causes: readonly StatusCause[], source: string): ManifestProblem[] {
  return causes.map(({ kind, fieldPath, message }) => ({ code: kind, fieldPath, message, source }));
}

function wrongKind({ kind, apiVersion, source }: ManifestObject, expected: string): ManifestProblem {
  const message = `This is a ${kind} (${apiVersion}), and only ${expected} are read here. Move it to another file or folder.`;
  return { code: 'WrongKind', fieldPath: 'kind', message, source };
}
