/** Validates the volume mounts and volume devices of a container. */
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, flag, items, text } from './decoded.ts';
import { validateDescendingPath, validateNoBacksteps, validateOneOf } from './syntax.ts';

/** `volumes` contains the valid volumes by name. A mount of any other volume is reported as NotFound. */
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
    if (mountPaths.has(mountPath)) causes.invalid(`${path}.mountPath`, mountPath, 'must be unique');
    mountPaths.add(mountPath);
    if (devices.some((device) => text(device, 'name') === name)) {
      causes.invalid(`${path}.name`, name, 'must not also be in volumeDevices');
    }
    if (devices.some((device) => text(device, 'devicePath') === mountPath)) {
      causes.invalid(`${path}.mountPath`, mountPath, 'must not also be the path of a volume device');
    }
    // The API server omits the index from these paths.
    validateSubPath(mount, path, `${fieldPath}.volumeMounts`, causes);
    validatePropagation(mount, container, `${fieldPath}.volumeMounts`, causes);
  });
}

function validateSubPath(mount: Decoded, fieldPath: string, listPath: string, causes: Causes): void {
  const subPath = text(mount, 'subPath');
  const expression = text(mount, 'subPathExpr');
  if (subPath !== '') validateDescendingPath(subPath, `${listPath}.subPath`, causes);
  if (expression === '') return;
  if (subPath !== '') causes.invalid(`${fieldPath}.subPathExpr`, expression, 'must not be set together with subPath');
  validateDescendingPath(expression, `${listPath}.subPathExpr`, causes);
}

function validatePropagation(mount: Decoded, container: Decoded, fieldPath: string, causes: Causes): void {
  const propagation = mount['mountPropagation'];
  if (propagation === undefined) return;
  const path = `${fieldPath}.mountPropagation`;
  validateOneOf(text(mount, 'mountPropagation'), ['Bidirectional', 'HostToContainer', 'None'], path, causes);
  if (propagation === 'Bidirectional' && !flag(child(container, 'securityContext') ?? {}, 'privileged')) {
    causes.forbidden(path, 'only a privileged container may use Bidirectional');
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
    if (names.has(name)) causes.invalid(`${path}.name`, name, 'must be unique');
    const volume = volumes.get(name);
    if (volume === undefined) causes.notFound(`${path}.name`, name);
    else if (child(volume, 'persistentVolumeClaim') === undefined) {
      causes.invalid(`${path}.name`, name, 'must be a persistentVolumeClaim volume');
    }
    if (devicePath === '') causes.required(`${path}.devicePath`);
    if (devicePaths.has(devicePath)) causes.invalid(`${path}.devicePath`, devicePath, 'must be unique');
    if (devicePath !== '') validateNoBacksteps(devicePath, `${path}.devicePath`, causes);
    if (mounts.some((mount) => text(mount, 'name') === name)) {
      causes.invalid(`${path}.name`, name, 'must not also be in volumeMounts');
    }
    if (mounts.some((mount) => text(mount, 'mountPath') === devicePath)) {
      causes.invalid(`${path}.devicePath`, devicePath, 'must not also be a mount path');
    }
    if (name !== '') names.add(name);
    if (devicePath !== '') devicePaths.add(devicePath);
  });
}
