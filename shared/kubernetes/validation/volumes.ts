/** Validates volumes: their names and their sources. */

import { dnsLabelProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import { Causes as CauseCollector } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, text } from './decoded.ts';
import { volumeSourceValidators } from './volume-sources.ts';

/** Returns the valid volumes by name. Mounts of other volumes are reported as NotFound. */
export function validateVolumes(
  volumes: readonly Decoded[],
  fieldPath: string,
  causes: Causes,
): ReadonlyMap<string, Decoded> {
  const sound = new Map<string, Decoded>();
  volumes.forEach((volume, index) => {
    const path = `${fieldPath}[${index}]`;
    const name = text(volume, 'name');
    const found = new CauseCollector();
    validateSource(volume, path, found);
    if (name === '') found.required(`${path}.name`);
    else found.invalidEach(`${path}.name`, name, dnsLabelProblems(name));
    if (sound.has(name)) found.duplicate(`${path}.name`, name);
    if (found.all.length === 0) sound.set(name, volume);
    causes.all.push(...found.all);
  });
  return sound;
}

/** A volume without a source is an emptyDir, so only a second source is an error. */
function validateSource(volume: Decoded, fieldPath: string, causes: Causes): void {
  const present = Object.keys(volumeSourceValidators).filter((name) => child(volume, name) !== undefined);
  present.forEach((name, index) => {
    const path = `${fieldPath}.${name}`;
    if (index > 0) causes.forbidden(path, 'must not specify more than one volume source');
    else volumeSourceValidators[name]?.(child(volume, name) ?? {}, path, causes, text(volume, 'name'));
  });
}
