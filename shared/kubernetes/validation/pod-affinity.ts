/** Validates pod affinity, pod anti-affinity and topology spread constraints. They do not affect placement. */

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
  // The API server uses this name in its paths.
  validateLabelSelector(child(term, 'labelSelector'), `${fieldPath}.matchExpressions`, causes);
  for (const namespace of texts(term, 'namespaces')) {
    causes.invalidEach(`${fieldPath}.namespace`, namespace, dnsLabelProblems(namespace));
  }
  const topologyKey = text(term, 'topologyKey');
  if (topologyKey === '') causes.required(`${fieldPath}.topologyKey`, 'a node label key is required');
  validateLabelKey(topologyKey, `${fieldPath}.topologyKey`, causes);
}

export function validateTopologySpread(constraints: readonly Decoded[], fieldPath: string, causes: Causes): void {
  const pairs = constraints.map(
    (constraint) => `{${text(constraint, 'topologyKey')}, ${text(constraint, 'whenUnsatisfiable')}}`,
  );
  constraints.forEach((constraint, index) => {
    const path = `${fieldPath}[${index}]`;
    const maxSkew = integer(constraint, 'maxSkew');
    if (maxSkew <= 0) causes.invalid(`${path}.maxSkew`, maxSkew, 'must be greater than 0');
    const topologyKey = text(constraint, 'topologyKey');
    if (topologyKey === '') causes.required(`${path}.topologyKey`, 'a node label key is required');
    const whenUnsatisfiable = text(constraint, 'whenUnsatisfiable');
    validateOneOf(whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'], `${path}.whenUnsatisfiable`, causes);
    // Like the API server, reports the first of two duplicates.
    const pair = pairs[index] ?? '';
    if (pairs.includes(pair, index + 1)) causes.duplicate(`${path}.{topologyKey, whenUnsatisfiable}`, pair);
  });
}
