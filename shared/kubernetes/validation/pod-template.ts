/** Validates a pod template: labels, annotations, and the whole pod spec (Kubernetes core/validation). */

import { dnsLabelProblems, dnsSubdomainProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import { validateOverhead } from './container-resources.ts';
import { validateContainers, validateHostNetworkPorts, validateInitContainers } from './containers.ts';
import type { Decoded } from './decoded.ts';
import { child, items, optionalInteger, text, textMap } from './decoded.ts';
import { validateNodeAffinity } from './node-affinity.ts';
import { validateAnnotations, validateLabels } from './object-meta.ts';
import { validatePodAffinity, validateTopologySpread } from './pod-affinity.ts';
import { validatePodAnnotations } from './pod-annotations.ts';
import { validateDnsConfig, validateDnsPolicy, validateHostAliases } from './pod-network.ts';
import { validatePodSecurityContext } from './security-context.ts';
import { validateLabelKey, validateOneOf } from './syntax.ts';
import { validateTolerations } from './tolerations.ts';
import { validateVolumes } from './volumes.ts';

const ACTIVE_DEADLINE_SECONDS_MAX = 2 ** 31 - 1;

/** The API server reports labels and annotations of a template without `metadata` in their path; so does this. */
export function validatePodTemplate(template: Decoded, fieldPath: string, causes: Causes): void {
  const metadata = child(template, 'metadata') ?? {};
  validateLabels(textMap(metadata, 'labels'), `${fieldPath}.labels`, causes);
  validateAnnotations(textMap(metadata, 'annotations'), `${fieldPath}.annotations`, causes);
  validatePodAnnotations(
    textMap(metadata, 'annotations'),
    child(template, 'spec') ?? {},
    `${fieldPath}.annotations`,
    causes,
  );
  validatePodSpec(child(template, 'spec') ?? {}, `${fieldPath}.spec`, causes);
}

function validatePodSpec(spec: Decoded, fieldPath: string, causes: Causes): void {
  const volumes = validateVolumes(items(spec, 'volumes'), `${fieldPath}.volumes`, causes);
  validateContainers(spec, volumes, fieldPath, causes);
  validateInitContainers(spec, volumes, fieldPath, causes);
  const restartPolicy = text(spec, 'restartPolicy') || 'Always';
  validateOneOf(restartPolicy, ['Always', 'OnFailure', 'Never'], `${fieldPath}.restartPolicy`, causes);
  validateDnsPolicy(spec, `${fieldPath}.dnsPolicy`, causes);
  validateLabels(textMap(spec, 'nodeSelector'), `${fieldPath}.nodeSelector`, causes);
  validateHostNetworkPorts(spec, fieldPath, causes);
  validatePodSecurityContext(spec, `${fieldPath}.securityContext`, causes);
  validateAffinity(child(spec, 'affinity') ?? {}, `${fieldPath}.affinity`, causes);
  validateDnsConfig(spec, `${fieldPath}.dnsConfig`, causes);
  items(spec, 'readinessGates').forEach((authInterceptor, index) => {
    validateLabelKey(
      text(authInterceptor, 'conditionType'),
      `${fieldPath}.readinessGates[${index}].conditionType`,
      causes,
    );
  });
  validateTopologySpread(items(spec, 'topologySpreadConstraints'), `${fieldPath}.topologySpreadConstraints`, causes);
  const serviceAccountName = text(spec, 'serviceAccountName') || text(spec, 'serviceAccount');
  validateNames(
    { ...spec, serviceAccountName },
    ['serviceAccountName', 'nodeName'],
    dnsSubdomainProblems,
    fieldPath,
    causes,
  );
  validateActiveDeadline(spec, `${fieldPath}.activeDeadlineSeconds`, causes);
  validateNames(spec, ['hostname', 'subdomain'], dnsLabelProblems, fieldPath, causes);
  validateTolerations(items(spec, 'tolerations'), `${fieldPath}.tolerations`, causes);
  validateHostAliases(items(spec, 'hostAliases'), `${fieldPath}.hostAliases`, causes);
  validateNames(spec, ['priorityClassName'], dnsSubdomainProblems, fieldPath, causes);
  if (spec['runtimeClassName'] !== undefined) {
    const name = text(spec, 'runtimeClassName');
    causes.invalidEach(`${fieldPath}.runtimeClassName`, name, dnsSubdomainProblems(name));
  }
  const preemptionPolicy = spec['preemptionPolicy'];
  if (preemptionPolicy === '') causes.required(`${fieldPath}.preemptionPolicy`);
  else if (preemptionPolicy !== undefined) {
    validateOneOf(
      text(spec, 'preemptionPolicy'),
      ['PreemptLowerPriority', 'Never'],
      `${fieldPath}.preemptionPolicy`,
      causes,
    );
  }
  validateOverhead(spec, `${fieldPath}.overhead`, causes);
}

function validateAffinity(affinity: Decoded, fieldPath: string, causes: Causes): void {
  const nodeAffinity = child(affinity, 'nodeAffinity');
  if (nodeAffinity !== undefined) validateNodeAffinity(nodeAffinity, `${fieldPath}.nodeAffinity`, causes);
  for (const name of ['podAffinity', 'podAntiAffinity']) {
    const podAffinity = child(affinity, name);
    if (podAffinity !== undefined) validatePodAffinity(podAffinity, `${fieldPath}.${name}`, causes);
  }
}

function validateNames(
  spec: Decoded,
  fields: readonly string[],
  problemsOf: (name: string) => string[],
  fieldPath: string,
  causes: Causes,
): void {
  for (const field of fields) {
    const name = text(spec, field);
    if (name !== '') causes.invalidEach(`${fieldPath}.${field}`, name, problemsOf(name));
  }
}

function validateActiveDeadline(spec: Decoded, fieldPath: string, causes: Causes): void {
  const seconds = optionalInteger(spec, 'activeDeadlineSeconds');
  if (seconds !== undefined && (seconds < 1 || seconds > ACTIVE_DEADLINE_SECONDS_MAX)) {
    causes.invalid(fieldPath, seconds, `must be between 1 and ${ACTIVE_DEADLINE_SECONDS_MAX}`);
  }
}
