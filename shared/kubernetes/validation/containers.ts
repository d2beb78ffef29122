/** Validates containers and init containers. */

import { dnsLabelProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import { validateEnvironment } from './container-environment.ts';
import { validateLifecycle, validateLivenessAndStartup, validateReadiness } from './container-probes.ts';
import { validateResources } from './container-resources.ts';
import type { Decoded } from './decoded.ts';
import { child, flag, integer, items, text } from './decoded.ts';
import { validateContainerSecurityContext } from './security-context.ts';
import { portNameProblems, portNumberProblems, validateOneOf } from './syntax.ts';
import { validateVolumeDevices, validateVolumeMounts } from './volume-mounts.ts';

/** Validates the containers of a pod spec, which needs at least one. `volumes` contains the valid volumes of the pod by name. */
export function validateContainers(
  spec: Decoded,
  volumes: ReadonlyMap<string, Decoded>,
  fieldPath: string,
  causes: Causes,
): void {
  const containers = items(spec, 'containers');
  if (containers.length === 0) causes.required(`${fieldPath}.containers`, 'at least one container is required');
  validateEach(containers, hasHostNetwork(spec), volumes, `${fieldPath}.containers`, causes);
}

/** Names of init containers must differ from those of containers. Init containers have no lifecycle hooks or probes. */
export function validateInitContainers(
  spec: Decoded,
  volumes: ReadonlyMap<string, Decoded>,
  fieldPath: string,
  causes: Causes,
): void {
  const initContainers = items(spec, 'initContainers');
  const listPath = `${fieldPath}.initContainers`;
  validateEach(initContainers, hasHostNetwork(spec), volumes, listPath, causes);
  const names = new Set(items(spec, 'containers').map((container) => text(container, 'name')));
  initContainers.forEach((container, index) => {
    const path = `${listPath}[${index}]`;
    const name = text(container, 'name');
    if (names.has(name)) causes.duplicate(`${path}.name`, name);
    if (name !== '') names.add(name);
    // A sidecar: an init container that keeps running, supported by newer API servers.
    if (text(container, 'restartPolicy') === 'Always') return;
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
      if (child(container, field) !== undefined) {
        causes.invalid(`${path}.${field}`, child(container, field), 'must not be set for init containers');
      }
    }
  });
}

/** With hostNetwork, the container port is the host port. */
export function validateHostNetworkPorts(spec: Decoded, fieldPath: string, causes: Causes): void {
  if (!hasHostNetwork(spec)) return;
  items(spec, 'containers').forEach((container, index) => {
    items(container, 'ports').forEach((port, portIndex) => {
      const containerPort = integer(port, 'containerPort');
      const hostPort = integer(port, 'hostPort') || containerPort;
      if (hostPort !== containerPort) {
        const path = `${fieldPath}.containers[${index}].ports[${portIndex}].containerPort`;
        causes.invalid(path, containerPort, `must equal hostPort ${hostPort} when hostNetwork is true`);
      }
    });
  });
}

function hasHostNetwork(spec: Decoded): boolean {
  return flag(spec, 'hostNetwork');
}

function validateEach(
  containers: readonly Decoded[],
  hostNetwork: boolean,
  volumes: ReadonlyMap<string, Decoded>,
  fieldPath: string,
  causes: Causes,
): void {
  const names = new Set<string>();
  containers.forEach((container, index) => {
    const path = `${fieldPath}[${index}]`;
    const name = text(container, 'name');
    if (name === '') causes.required(`${path}.name`);
    else causes.invalidEach(`${path}.name`, name, dnsLabelProblems(name));
    if (names.has(name)) causes.duplicate(`${path}.name`, name);
    names.add(name);
    validateContainer(container, volumes, path, causes);
  });
  validateHostPortConflicts(containers, hostNetwork, fieldPath, causes);
}

function validateContainer(
  container: Decoded,
  volumes: ReadonlyMap<string, Decoded>,
  fieldPath: string,
  causes: Causes,
): void {
  if (text(container, 'image') === '') causes.required(`${fieldPath}.image`);
  validateLifecycle(container, fieldPath, causes);
  validateLivenessAndStartup(container, fieldPath, causes);
  const messagePolicy = text(container, 'terminationMessagePolicy') || 'File';
  if (messagePolicy !== 'File' && messagePolicy !== 'FallbackToLogsOnError') {
    causes.invalid(`${fieldPath}.terminationMessagePolicy`, messagePolicy, 'must be File or FallbackToLogsOnError');
  }
  validateReadiness(container, fieldPath, causes);
  validatePorts(items(container, 'ports'), `${fieldPath}.ports`, causes);
  validateEnvironment(container, fieldPath, causes);
  validateVolumeMounts(container, volumes, fieldPath, causes);
  validateVolumeDevices(container, volumes, fieldPath, causes);
  validateOneOf(
    text(container, 'imagePullPolicy') || 'Always',
    ['Always', 'IfNotPresent', 'Never'],
    `${fieldPath}.imagePullPolicy`,
    causes,
  );
  validateResources(child(container, 'resources'), `${fieldPath}.resources`, causes);
  validateContainerSecurityContext(container, `${fieldPath}.securityContext`, causes);
}

function validatePorts(ports: readonly Decoded[], fieldPath: string, causes: Causes): void {
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const path = `${fieldPath}[${index}]`;
    const name = text(port, 'name');
    if (name !== '') {
      const problems = portNameProblems(name);
      causes.invalidEach(`${path}.name`, name, problems);
      if (problems.length === 0 && names.has(name)) causes.duplicate(`${path}.name`, name);
      if (problems.length === 0) names.add(name);
    }
    const containerPort = integer(port, 'containerPort');
    if (containerPort === 0) causes.required(`${path}.containerPort`);
    else validatePortNumber(containerPort, `${path}.containerPort`, causes);
    const hostPort = integer(port, 'hostPort');
    if (hostPort !== 0) validatePortNumber(hostPort, `${path}.hostPort`, causes);
    validateOneOf(protocolOf(port), ['TCP', 'UDP', 'SCTP'], `${path}.protocol`, causes);
  });
}

function validatePortNumber(port: number, fieldPath: string, causes: Causes): void {
  for (const problem of portNumberProblems(port)) causes.invalid(fieldPath, port, problem);
}

function protocolOf(port: Decoded): string {
  return text(port, 'protocol') || 'TCP';
}

function validateHostPortConflicts(
  containers: readonly Decoded[],
  hostNetwork: boolean,
  fieldPath: string,
  causes: Causes,
): void {
  const taken = new Set<string>();
  containers.forEach((container, index) => {
    items(container, 'ports').forEach((port, portIndex) => {
      const hostPort = integer(port, 'hostPort') || (hostNetwork ? integer(port, 'containerPort') : 0);
      if (hostPort === 0) return;
      const key = `${protocolOf(port)}/${text(port, 'hostIP')}/${hostPort}`;
      if (taken.has(key)) causes.duplicate(`${fieldPath}[${index}].ports[${portIndex}].hostPort`, key);
      taken.add(key);
    });
  });
}
