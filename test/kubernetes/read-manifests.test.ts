/** Reading manifest files: the objects in valid files, and the problems of invalid files. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JSON_BYTES_MAX, YAML_BYTES_MAX } from '../../shared/kubernetes/manifests/limits.ts';
import type { ReadManifests } from '../../shared/kubernetes/manifests/read-manifests.ts';
import { readManifests } from '../../shared/kubernetes/manifests/read-manifests.ts';

function read(text: string): ReadManifests {
  return readManifests(new TextEncoder().encode(text), 'file.yaml');
}

function sources(result: ReadManifests): string[] {
  return result.objects.map(({ kind, source }) => `${kind} ${source}`);
}

function problems(result: ReadManifests): string[] {
  return result.problems.map(({ code, source }) => `${code} ${source}`);
}

const NODE = 'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n';

describe('the output of kubectl', () => {
  test('contains YAML documents, which are read with their lines; empty documents are skipped', () => {
    const result = read(`# a comment\n---\n---\n${NODE}---\n# nothing\n---\n${NODE}...\n`);
    expect(sources(result)).toEqual(['Node file.yaml:4', 'Node file.yaml:10']);
    expect(result.problems).toEqual([]);
  });

  test('can be a YAML list, whose items are read with their lines', () => {
    const result = read(
      'apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Node\n- apiVersion: v1\n  kind: Pod\nkind: List\n',
    );
    expect(sources(result)).toEqual(['Node file.yaml:3', 'Pod file.yaml:5']);
  });

  test('can be a JSON list, whose items are read with their lines', () => {
    const list = {
      apiVersion: 'v1',
      items: [
        { apiVersion: 'v1', kind: 'Node', spec: { items: [{}] } },
        { apiVersion: 'v1', kind: 'Pod' },
      ],
      kind: 'List',
    };
    expect(sources(read(JSON.stringify(list, null, 1)))).toEqual(['Node file.yaml:4', 'Pod file.yaml:13']);
  });

  test('can be a typed list, whose items without a type get the type of the list', () => {
    const result = read('{"apiVersion":"apps/v1","kind":"DaemonSetList","items":[{"metadata":{"name":"a"}}]}');
    expect(result.objects).toMatchObject([{ kind: 'DaemonSet', apiVersion: 'apps/v1', source: 'file.yaml:1' }]);
  });

  test('can contain several JSON documents', () => {
    const node = '{"apiVersion":"v1","kind":"Node"}';
    expect(sources(read(`${node}\n${node}`))).toEqual(['Node file.yaml:1', 'Node file.yaml:2']);
  });

  test('can be an empty list or an empty file', () => {
    for (const text of ['', '\n', '---\n', '# x', '{"apiVersion":"v1","kind":"List","items":[]}', 'null']) {
      expect(read(text)).toEqual({ objects: [], problems: [] });
    }
  });

  test('can contain a byte order mark and carriage returns', () => {
    expect(sources(read(`\ufeff${NODE.replaceAll('\n', '\r\n')}---\r\n${NODE}`))).toEqual([
      'Node file.yaml:1',
      'Node file.yaml:5',
    ]);
  });
});

describe('a YAML scalar has the same value as in the API server', () => {
  // Recorded from kube-apiserver 1.20.2, with each scalar as the value of an annotation.
  test.each([
    ['yes', true],
    ['y', true],
    ['n', false],
    ['on', true],
    ['Off', false],
    ['true', true],
    ['12:30', '12:30'],
    ['190:20:30', '190:20:30'],
    ['2020-01-01', '2020-01-01'],
    ['2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z'],
    ['0644', 420],
    ['0o14', 12],
    ['0x1F', 31],
    ['0b11', 3],
    ['1_000', 1000],
    ['1e3', 1000],
    ['+1', 1],
    ['08', 8],
    ['.5', 0.5],
    ['~', null],
    ['NULL', null],
    ["''", ''],
    ['!!str yes', 'yes'],
    ['!foo bar', 'bar'],
    ['=', '='],
    ['1,000', '1,000'],
    ['_1', '_1'],
    ['0b', '0b'],
    ['NaN', 'NaN'],
  ])('%s', (text, value) => {
    expect(read(`apiVersion: v1\nkind: Node\nvalue: ${text}\n`).objects[0]?.object['value']).toEqual(value);
  });
});

describe('an invalid document is one problem with its line, and the other documents are read', () => {
  test.each([
    ['an unclosed bracket', 'a: [1, 2', 'MalformedYaml file.yaml:6'],
    ['a bad indentation', 'a: 1\n  b: 2', 'MalformedYaml file.yaml:5'],
    ['a tab', 'a:\n\t- 1', 'MalformedYaml file.yaml:6'],
    ['a duplicate key', 'apiVersion: v1\nkind: Node\nkind: Pod', 'DuplicateKey file.yaml:7'],
    ['an unknown alias', 'a: *nowhere', 'MalformedYaml file.yaml:5'],
    ['an object that contains itself', 'kind: Node\napiVersion: v1\na: &a\n  b: *a', 'TooDeep file.yaml:5'],
    ['only text', 'just text', 'NotAnObject file.yaml:5'],
    ['a list without a kind', '- a\n- b', 'NotAnObject file.yaml:5'],
    ['no kind', 'apiVersion: v1', 'NoKind file.yaml:5'],
    ['a kind that is not a string', 'apiVersion: v1\nkind: 5', 'NoKind file.yaml:5'],
    ['no apiVersion', 'kind: Node', 'NoApiVersion file.yaml:5'],
  ])('%s', (_what, text, problem) => {
    const good = '---\napiVersion: v1\nkind: Node\n';
    const result = read(`${good}---\n${text}\n${good}`);
    expect(problems(result)).toEqual([problem]);
    expect(result.objects).toHaveLength(2);
    expect(result.problems[0]?.message).toMatch(/file\.yaml:\d+.*\.$/);
  });

  test.each(['*hunter2', '|hunter2', '!e!hunter2 x'])(
    'a message does not quote a password that YAML interprets: %s',
    (text) => {
      const [problem] = read(`value: ${text}\n`).problems;
      expect(problem?.code).toBe('MalformedYaml');
      const sentence = /^file\.yaml:1:\d+ is not valid YAML: .*\.$|^The document at file\.yaml:1 cannot be read: .*\.$/;
      expect(problem?.message).toMatch(sentence);
      expect(problem?.message).not.toContain('hunter2');
    },
  );

  test('an alias bomb is one problem', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const aliases = Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*a${level - 1}`)).join(', ');
      return `a${level}: &a${level} [${aliases}]`;
    });
    const result = read(`kind: Node\napiVersion: v1\n${levels.join('\n')}\n---\n${NODE}`);
    expect(problems(result)).toEqual(['MalformedYaml file.yaml:1']);
    expect(sources(result)).toEqual(['Node file.yaml:13']);
  });

  test.each([
    ['a YAML flow list', '['.repeat(100_000)],
    ['a YAML flow map', '{a: '.repeat(20_000)],
    ['a YAML block sequence', '- '.repeat(20_000)],
    ['a JSON list', `{"apiVersion":"v1","kind":"Node","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['a JSON object', `{"apiVersion":"v1","kind":"Node","a":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`],
  ])('%s with too many levels is rejected', (_what, text) => {
    const result = read(text);
    expect(result.objects).toEqual([]);
    expect(result.problems).toHaveLength(1);
  });

  test('a JSON syntax error has a line and a column', () => {
    expect(read('{\n "a": 1,\n "b": }\n').problems[0]?.message).toBe(
      'file.yaml:3:7 is not valid JSON: unexpected "}".',
    );
    expect(read('{"a": {"b": 1}').problems[0]?.message).toBe('file.yaml:1:15 is not valid JSON: unexpected end.');
  });

  test('a duplicate JSON key is named', () => {
    expect(read('{"apiVersion":"v1",\n"kind":"Node",\n"kind":"Pod"}').problems).toEqual([
      {
        code: 'DuplicateKey',
        fieldPath: '',
        message: 'file.yaml:3 contains the key "kind" twice in one object.',
        source: 'file.yaml:3',
      },
    ]);
  });

  test('an item that is not an object is named with its index and line', () => {
    const result = read('apiVersion: v1\nkind: List\nitems:\n- 5\n- apiVersion: v1\n  kind: Node\n- null\n');
    expect(result.problems.map(({ fieldPath, source }) => `${fieldPath} ${source}`)).toEqual([
      'items[0] file.yaml:4',
      'items[2] file.yaml:7',
    ]);
    expect(sources(result)).toEqual(['Node file.yaml:5']);
  });
});

describe('a file that is not text', () => {
  test('is rejected with the line and offset of bytes that are not UTF-8', () => {
    const result = readManifests(Uint8Array.of(0x61, 0x3a, 0x0a, 0xc3, 0xa4, 0xff, 0x0a), 'latin.yaml');
    expect(result.problems).toEqual([
      {
        code: 'NotText',
        fieldPath: '',
        message: 'latin.yaml:2 contains bytes that are not UTF-8 at byte 5.',
        source: 'latin.yaml:2',
      },
    ]);
  });

  test('is rejected with the offset of a NUL byte', () => {
    const [problem] = readManifests(Uint8Array.of(0x61, 0, 0x61), 'nul').problems;
    expect(problem?.message).toBe('nul:1 contains a NUL byte at byte 1.');
  });

  test('is rejected if its last character is incomplete', () => {
    const [problem] = readManifests(Uint8Array.of(0x61, 0xe2, 0x82), 'cut').problems;
    expect(problem?.code).toBe('NotText');
  });

  test.each([
    ['UTF-16', [0xff, 0xfe, 0x61, 0]],
    ['UTF-16', [0xfe, 0xff, 0, 0x61]],
    ['UTF-32', [0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]],
  ])('is rejected with its encoding if it is %s', (encoding, bytes) => {
    expect(readManifests(Uint8Array.from(bytes), 'wide').problems[0]?.message).toBe(
      `wide is ${encoding}, not UTF-8; save it as UTF-8.`,
    );
  });
});

describe('the size limit', () => {
  test('rejects a larger YAML file with the advice to use JSON', () => {
    const [problem] = readManifests(new Uint8Array(YAML_BYTES_MAX + 1).fill(0x20), 'big.yaml').problems;
    expect(problem).toMatchObject({ code: 'TooLarge', source: 'big.yaml' });
    expect(problem?.message).toContain('-o json');
  });

  test('rejects a larger JSON file without reading it', () => {
    expect(readManifests(new Uint8Array(JSON_BYTES_MAX + 1), 'huge').problems).toMatchObject([{ code: 'TooLarge' }]);
  });

  test('accepts fifty megabytes of JSON', () => {
    const image = { names: [`registry.example/image@sha256:${'0'.repeat(64)}`], sizeBytes: 123_456_789 };
    const node = { apiVersion: 'v1', kind: 'Node', status: { images: Array.from({ length: 400 }, () => image) } };
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: Array.from({ length: 1000 }, () => node) });
    const bytes = new TextEncoder().encode(list);
    expect(bytes.length).toBeGreaterThan(50_000_000);
    expect(readManifests(bytes, 'nodes.json').objects).toHaveLength(1000);
  });
});

describe('any input', () => {
  test('does not throw if it consists of random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readManifests(bytes, 'random').problems.every(({ source }) => source.startsWith('random'))).toBe(true);
      }),
    );
  });

  test('does not throw if it consists of random YAML fragments', () => {
    const token = fc.constantFrom(
      '- ',
      'a: ',
      '\n',
      '  ',
      '---\n',
      '&a ',
      '*a',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '|',
      '>',
      '!!int ',
      '%',
      '#',
      '? ',
      '<<: ',
      '...\n',
      '\t',
      'kind: Node',
      '"k":1',
      'null',
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        for (const { message, source } of read(tokens.join('')).problems) {
          expect(message).not.toMatch(/\n|undefined/);
          expect(source).toMatch(/^file\.yaml/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('is read as JSON.parse reads it if it is a JSON object', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (fields) => {
        const object = JSON.parse(JSON.stringify({ ...fields, apiVersion: 'v1', kind: 'Thing' })) as object;
        expect(read(JSON.stringify(object)).objects.map((found) => found.object)).toEqual([object]);
      }),
    );
  });
});
