/** Validates the fields specific to a DaemonSet: its selector, the restrictions on its template, and its update strategy. */
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, flag, items, optionalInteger, text, textMap } from './decoded.ts';
import { selectsLabels, validateLabelSelector } from './label-selector.ts';
import { validatePodTemplate } from './pod-template.ts';
import { validateNotNegative, validateOneOf } from './syntax.ts';
import { validateUpdateStrategy } from './update-strategy.ts';

/** Validates the spec after defaulting, in the order of Kubernetes apps/validation ValidateDaemonSetSpec. */
export function validateDaemonSetSpec(spec: Decoded, fieldPath: string, causes: Causes): void {
  const template = child(spec, 'template') ?? {};
  const podSpec = child(template, 'spec') ?? {};
  validateSelector(spec, template, fieldPath, causes);
  validatePodTemplate(template, `${fieldPath}.template`, causes);
  validateDaemonPod(podSpec, `${fieldPath}.template.spec`, causes);
  validateNotNegative(spec, 'minReadySeconds', fieldPath, causes);
  validateUpdateStrategy(child(spec, 'updateStrategy') ?? {}, `${fieldPath}.updateStrategy`, causes);
  validateNotNegative(spec, 'revisionHistoryLimit', fieldPath, causes);
}

function validateSelector(spec: Decoded, template: Decoded, fieldPath: string, causes: Causes): void {
  const selector = child(spec, 'selector');
  const labels = textMap(child(template, 'metadata') ?? {}, 'labels');
  validateLabelSelector(selector, `${fieldPath}.selector`, causes);
  if (selectsLabels(selector, labels) === false) {
    const why = selector === undefined ? 'need a spec.selector that matches them' : 'do not match spec.selector';
    causes.invalid(`${fieldPath}.template.metadata.labels`, labels, why);
  }
  if (selector !== undefined && isEmptySelector(selector)) {
    causes.invalid(`${fieldPath}.selector`, selector, 'must not be empty, because an empty selector selects every pod');
  }
}

function isEmptySelector(selector: Decoded): boolean {
  return Object.keys(textMap(selector, 'matchLabels')).length === 0 && items(selector, 'matchExpressions').length === 0;
}

function validateDaemonPod(podSpec: Decoded, fieldPath: string, causes: Causes): void {
  items(podSpec, 'volumes').forEach((volume, index) => {
    const disk = child(volume, 'gcePersistentDisk');
    if (disk !== undefined && !flag(disk, 'readOnly')) {
      const path = `${fieldPath}.volumes[${index}].gcePersistentDisk.readOnly`;
      causes.invalid(path, false, 'must be true, because several nodes can mount this disk only read-only');
    }
  });
  validateOneOf(text(podSpec, 'restartPolicy') || 'Always', ['Always'], `${fieldPath}.restartPolicy`, causes);
  const deadline = optionalInteger(podSpec, 'activeDeadlineSeconds');
  if (deadline !== undefined) {
    causes.forbidden(`${fieldPath}.activeDeadlineSeconds`, `must not be set for a DaemonSet, but is ${deadline}`);
  }
}
