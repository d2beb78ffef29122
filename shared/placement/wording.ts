/** Text for requirements, taints and tolerations. */

import { taintText } from '../kubernetes/taint-text.ts';
import { asText } from '../kubernetes/unvalidated-fields.ts';
import type { TolerationFields } from './daemon-set-fields.ts';
import type { RawTaint } from './node-reading.ts';
import type { CompiledRequirement } from './requirement.ts';

/** Maximum number of values that a message shows. A selector may list thousands. */
const SHOWN_VALUES_MAX = 8;

/** For example `Label disktype must be one of 'ssd', 'nvme'`. */
export function requirementDemand(requirement: CompiledRequirement): string {
  const subject = `${requirement.list === 'matchExpressions' ? 'Label' : 'Field'} ${requirement.key}`;
  const values = quotedList(requirement.values);
  switch (requirement.operator) {
    case 'In':
      return requirement.values.length === 1 ? `${subject} must be ${values}` : `${subject} must be one of ${values}`;
    case 'NotIn':
      return requirement.values.length === 1
        ? `${subject} must not be ${values}`
        : `${subject} must not be one of ${values}`;
    case 'Exists':
      return `${subject} must exist`;
    case 'DoesNotExist':
      return `${subject} must not exist`;
    case 'Gt':
      return `${subject} must be an integer greater than ${requirement.values[0]}`;
    case 'Lt':
      return `${subject} must be an integer less than ${requirement.values[0]}`;
    default:
      return `${subject} has an unknown operator`;
  }
}

/** For example `disktype In [ssd, nvme]`. */
export function requirementText({ key, operator, values }: CompiledRequirement): string {
  if (values.length === 0) return `${key} ${operator}`;
  return `${key} ${operator} [${shortened(values, (value) => value)}]`;
}

export function rawTaintText(taint: RawTaint): string {
  return taintText({ key: asText(taint?.key), value: asText(taint?.value), effect: asText(taint?.effect) });
}

/** For example `dedicated=gpu:NoSchedule`, `dedicated Exists:NoSchedule`, or `any key Exists`. */
export function tolerationText({ key, operator, value, effect }: TolerationFields): string {
  const subject = key === '' ? 'any key' : key;
  const ending = effect === '' ? '' : `:${effect}`;
  switch (operator) {
    case '':
    case 'Equal':
      return `${subject}${value === '' ? '' : `=${value}`}${ending}`;
    case 'Exists':
      return `${subject} Exists${ending}`;
    default:
      return `${subject} ${operator} ${value}${ending}`;
  }
}

/** One line of YAML for the tolerations of a pod template. */
export function tolerationYaml({ key, operator, value, effect }: TolerationFields): string {
  const valuePart = value === '' ? '' : `, value: ${JSON.stringify(value)}`;
  const effectPart = effect === '' ? '' : `, effect: ${effect}`;
  return `{key: ${key}, operator: ${operator}${valuePart}${effectPart}}`;
}

function quotedList(values: readonly string[]): string {
  return shortened(values, (value) => `'${value}'`);
}

function shortened(values: readonly string[], show: (value: string) => string): string {
  const shown = values.slice(0, SHOWN_VALUES_MAX).map(show).join(', ');
  return values.length > SHOWN_VALUES_MAX ? `${shown} and ${values.length - SHOWN_VALUES_MAX} more` : shown;
}
