/** Which templates are equal. test/rollout/revision-bytes.test.ts compares the bytes with the built-in controller. */
import { describe, expect, it } from 'vitest';
import { revisionBytes, revisionData, revisionDigest } from '../../coordinator/rollout/revision-data.ts';

const digest = (template: object) => revisionDigest(revisionData(template));

describe('the bytes of a revision', () => {
  it('are those of the template and of the directive that replaces it', () => {
    const template = { spec: { b: 1, a: [{ '9': '<', '10': '' }] }, metadata: null };
    expect(revisionBytes(revisionData(template))).toBe(
      String.raw`{"spec":{"template":{"$patch":"replace","metadata":null,"spec":{"a":[{"10":"","9":"\u003c"}],"b":1}}}}`,
    );
  });

  it('leave the template as it is', () => {
    const template = Object.freeze({ spec: Object.freeze({ b: 1, a: 2 }) });
    revisionData(template);
    expect(template).toEqual({ spec: { b: 1, a: 2 } });
  });
});

describe('templates', () => {
  it.each<[string, object, object]>([
    ['the order of their keys', { spec: { a: 1, b: 2 } }, { spec: { b: 2, a: 1 } }],
    [
      'a creationTimestamp of null',
      { metadata: { creationTimestamp: null, labels: { a: 'b' } } },
      { metadata: { labels: { a: 'b' } } },
    ],
    [
      'empty resources',
      { spec: { containers: [{ name: 'c', resources: {} }] } },
      { spec: { containers: [{ name: 'c' }] } },
    ],
    ['an empty list', { spec: { hostAliases: [] } }, { spec: {} }],
    ['a map that contains only empty fields', { spec: { affinity: { nodeAffinity: {} } } }, { spec: {} }],
  ])('that differ in %s are equal', (_, left, right) => {
    expect(digest(left)).toBe(digest(right));
    expect(revisionBytes(revisionData(left)) === revisionBytes(revisionData(right))).toBe(_.startsWith('the order'));
  });

  const term = (fields: object) => ({
    spec: { affinity: { podAntiAffinity: { required: [{ topologyKey: 'k', ...fields }] } } },
  });
  it.each<[string, object, object]>([
    ['a value', { spec: { a: 1 } }, { spec: { a: 2 } }],
    ['the type of a value', { spec: { a: 1 } }, { spec: { a: '1' } }],
    ['false or a missing field', { spec: { a: false } }, { spec: {} }],
    ['zero or a missing field', { spec: { a: 0 } }, { spec: {} }],
    ['an empty text or a missing field', { spec: { a: '' } }, { spec: {} }],
    ['the order of a list', { spec: { a: [1, 2] } }, { spec: { a: [2, 1] } }],
    ['an empty element of a list', { spec: { a: [{}] } }, { spec: { a: [] } }],
    ['pods of all namespaces or of its own', term({ namespaceSelector: {} }), term({})],
    ['all pods or none', term({ labelSelector: {} }), term({ labelSelector: null })],
    ['options that replace those of the pod', { spec: { seLinuxOptions: {} } }, { spec: {} }],
  ])('that differ in %s are not equal', (_, left, right) => {
    expect(digest(left)).not.toBe(digest(right));
  });

  it('that select by an empty list or no list of labels are equal', () => {
    expect(digest(term({ labelSelector: { matchLabels: {} } }))).toBe(digest(term({ labelSelector: {} })));
  });
});
