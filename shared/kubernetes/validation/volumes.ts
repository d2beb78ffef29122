/** Validates volumes: their names, and that each has one sound source. */

import { dnsLabelProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import { Causes as CauseCollector } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, text } from './decoded.ts';
import { volumeSourceValidators } from './volume-sources.ts';

/** Returns the sound volumes by name; mounts of others are not found. */
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

/** A volume without any source is an emptyDir, so it is the second source that is one too many. */
function validateSource(volume: Decoded, fieldPath: string, causes: Causes): void {
  const present = Object.keys(volumeSourceValidators).filter((name) => child(volume, name) !== undefined);
  present.forEach((name, index) => {
    const path = `${fieldPath}.${name}`;
    if (index > 0) causes.forbidden(path, 'a volume has one source only');
    else volumeSourceValidators[name]?.(child(volume, name) ?? {}, path, causes, text(volume, 'name'));
  });
}
