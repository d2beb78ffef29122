/**
 * Compares validation with real API servers: `validation.jsonl` and `validation-more.jsonl` contain manifests with the
 * responses of kube-apiserver 1.20.2 to a dry-run create in the namespace `default`.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { validateDaemonSet } from '../../shared/kubernetes/validation/validate-daemon-set.ts';

interface Vector {
  readonly name: string;
  readonly manifest: unknown;
  readonly accepted: boolean;
  readonly code?: number;
  readonly reason?: string;
  readonly causes?: readonly { readonly field: string; readonly reason: string }[];
}

describe.each(['validation.jsonl', 'validation-more.jsonl'])('%s', (file) => {
  test.each(readVectors(file).map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    expect(answer(vector.manifest)).toEqual(expected(vector));
  });
});

function readVectors(file: string): Vector[] {
  const text = readFileSync(new URL(`../vectors/${file}`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Vector);
}

/** The compared parts: the result, and the field and type of each cause. A 400 has no causes in the API server. */
function answer(manifest: unknown): object {
  const result = validateDaemonSet(manifest, { namespace: 'default' });
  if (result.accepted) return { accepted: true };
  const { accepted, code, reason, causes } = result;
  const kinds = causes.map((cause) => `${cause.fieldPath} FieldValue${cause.kind}`).sort();
  return { accepted, code, reason, causes: code === 400 ? [] : kinds };
}

function expected({ accepted, code, reason, causes = [] }: Vector): object {
  if (accepted) return { accepted };
  return { accepted, code, reason, causes: causes.map((cause) => `${cause.field} ${cause.reason}`).sort() };
}
