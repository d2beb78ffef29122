/** Validates where a container mounts the pod's volumes. */
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, flag, items, text } from './decoded.ts';
import { validateDescendingPath, validateNoBacksteps, validateOneOf } from './syntax.ts';

/** `volumes`: those that are sound, by name. A mount of any other one is not found. */
export function validateVolumeMounts(
  container: Decoded,
  volumes: ReadonlyMap<string, Decoded>,
  fieldPath: string,
  causes: Causes,
): void {
  const devices = items(container, 'volumeDevices');
  const mountPaths = new Set<string>();
  items(container, 'volumeMounts').forEach((mount, index) => {
    const path = `${fieldPath}.volumeMounts[${index}]`;
    const name = text(mount, 'name');
    const mountPath = text(mount, 'mountPath');
    if (name === '') causes.required(`${path}.name`);
    if (!volumes.has(name)) causes.notFound(`${path}.name`, name);
    if (mountPath === '') causes.required(`${path}.mountPath`);
    if (mountPaths.has(mountPath)) causes.invalid(`${path}.mountPath`, mountPath, 'must be mounted once');
    mountPaths.add(mountPath);
    if (devices.some((device) => text(device, 'name') === name)) {
      causes.invalid(`${path}.name`, name, 'must not be in volumeDevices too');
    }
    if (devices.some((device) => text(device, 'devicePath') === mountPath)) {
      causes.invalid(`${path}.mountPath`, mountPath, 'must not be the path of a volume device too');
    }
    // The API server leaves the index out of these paths.
    validateSubPath(mount, path, `${fieldPath}.volumeMounts`, causes);
    validatePropagation(mount, container, `${fieldPath}.volumeMounts`, causes);
  });
}

function validateSubPath(mount: Decoded, fieldPath: string, listPath: string, causes: Causes): void {
  const subPath = text(mount, 'subPath');
  const expression = text(mount, 'subPathExpr');
  if (subPath !== '') validateDescendingPath(subPath, `${listPath}.subPath`, causes);
  if (expression === '') return;
  if (subPath !== '') causes.invalid(`${fieldPath}.subPathExpr`, expression, 'must be left out where subPath is set');
  validateDescendingPath(expression, `${listPath}.subPathExpr`, causes);
}

function validatePropagation(mount: Decoded, container: Decoded, fieldPath: string, causes: Causes): void {
  const propagation = mount['mountPropagation'];
  if (propagation === undefined) return;
  const path = `${fieldPath}.mountPropagation`;
  validateOneOf(text(mount, 'mountPropagation'), ['Bidirectional', 'HostToContainer', 'None'], path, causes);
  if (propagation === 'Bidirectional' && !flag(child(container, 'securityContext') ?? {}, 'privileged')) {
    causes.forbidden(path, 'only a privileged container can use Bidirectional');
  }
}

export function validateVolumeDevices(
  container: Decoded,
  volumes: ReadonlyMap<string, Decoded>,
  fieldPath: string,
  causes: Causes,
): void {
  const mounts = items(container, 'volumeMounts');
  const names = new Set<string>();
  const devicePaths = new Set<string>();
  items(container, 'volumeDevices').forEach((device, index) => {
    const path = `${fieldPath}.volumeDevices[${index}]`;
    const name = text(device, 'name');
    const devicePath = text(device, 'devicePath');
    if (name === '') causes.required(`${path}.name`);
    if (names.has(name)) causes.invalid(`${path}.name`, name, 'must be used once');
    const volume = volumes.get(name);
    if (volume === undefined) causes.notFound(`${path}.name`, name);
    else if (child(volume, 'persistentVolumeClaim') === undefined) {
      causes.invalid(`${path}.name`, name, 'must be a volume that is claimed');
    }
    if (devicePath === '') causes.required(`${path}.devicePath`);
    if (devicePaths.has(devicePath)) causes.invalid(`${path}.devicePath`, devicePath, 'must be used once');
    if (devicePath !== '') validateNoBacksteps(devicePath, `${path}.devicePath`, causes);
    if (mounts.some((mount) => text(mount, 'name') === name)) {
      causes.invalid(`${path}.name`, name, 'must not be in volumeMounts too');
    }
    if (mounts.some((mount) => text(mount, 'mountPath') === devicePath)) {
      causes.invalid(`${path}.devicePath`, devicePath, 'must not be a mount path too');
    }
    if (name !== '') names.add(name);
    if (devicePath !== '') devicePaths.add(devicePath);
  });
}
