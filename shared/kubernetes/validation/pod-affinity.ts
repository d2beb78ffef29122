/** Validates pod affinity, pod anti-affinity and topology spread. They do not take part in placement. */

import { dnsLabelProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, integer, items, text, texts } from './decoded.ts';
import { validateLabelSelector } from './label-selector.ts';
import { isWeight, WEIGHT_RANGE } from './node-affinity.ts';
import { validateLabelKey, validateOneOf } from './syntax.ts';

export function validatePodAffinity(affinity: Decoded, fieldPath: string, causes: Causes): void {
  items(affinity, 'requiredDuringSchedulingIgnoredDuringExecution').forEach((term, index) => {
    validateTerm(term, `${fieldPath}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`, causes);
  });
  items(affinity, 'preferredDuringSchedulingIgnoredDuringExecution').forEach((preferred, index) => {
    const path = `${fieldPath}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    const weight = integer(preferred, 'weight');
    if (!isWeight(weight)) causes.invalid(`${path}.weight`, weight, WEIGHT_RANGE);
    validateTerm(child(preferred, 'podAffinityTerm') ?? {}, `${path}.podAffinityTerm`, causes);
  });
}

function validateTerm(term: Decoded, fieldPath: string, causes: Causes): void {
  // The API server names the selector so in its paths.
  validateLabelSelector(child(term, 'labelSelector'), `${fieldPath}.matchExpressions`, causes);
  for (const namespace of texts(term, 'namespaces')) {
    causes.invalidEach(`${fieldPath}.namespace`, namespace, dnsLabelProblems(namespace));
  }
  const topologyKey = text(term, 'topologyKey');
  if (topologyKey === '') causes.required(`${fieldPath}.topologyKey`, 'a label key of nodes is needed');
  validateLabelKey(topologyKey, `${fieldPath}.topologyKey`, causes);
}

export function validateTopologySpread(constraints: readonly Decoded[], fieldPath: string, causes: Causes): void {
  const pairs = constraints.map(
    (constraint) => `{${text(constraint, 'topologyKey')}, ${text(constraint, 'whenUnsatisfiable')}}`,
  );
  constraints.forEach((constraint, index) => {
    const path = `${fieldPath}[${index}]`;
    const maxSkew = integer(constraint, 'maxSkew');
    if (maxSkew <= 0) causes.invalid(`${path}.maxSkew`, maxSkew, 'must be more than 0');
    const topologyKey = text(constraint, 'topologyKey');
    if (topologyKey === '') causes.required(`${path}.topologyKey`, 'a label key of nodes is needed');
    const whenUnsatisfiable = text(constraint, 'whenUnsatisfiable');
    validateOneOf(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], `${path}.whenUnsatisfiable`, causes);
    // The earlier one of two is reported, as the API server does.
    const pair = pairs[index] ?? '';
    if (pairs.includes(pair, index + 1)) causes.duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, pair);
  });
}
