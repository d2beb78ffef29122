/**
 * Reads Kubernetes objects from manifest files and from the output of `kubectl get -o yaml|json`. Never throws. A
 * document that cannot be read does not affect the other documents.
 */
import { plural } from '../../plural.ts';
import { isObject } from '../unvalidated-fields.ts';
import { JSON_BYTES_MAX, NESTING_DEPTH_MAX, PROBLEMS_MAX, YAML_BYTES_MAX } from './limits.ts';
import type { ManifestProblem } from './manifest-problem.ts';
import { readJsonText } from './read-json-text.ts';
import { readYamlText } from './read-yaml-text.ts';
import type { TextDocument, TextDocuments } from './text-documents.ts';
import { decodeUtf8 } from './utf8-text.ts';

export interface ManifestObject {
  readonly object: Record<string, unknown>;
  readonly apiVersion: string;
  readonly kind: string;
  /** `file:line` of the document, or of the item of a list. */
  readonly source: string;
}

export interface ReadManifests {
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly ManifestProblem[];
}

/**
 * The Kubernetes objects in `bytes`, with lists flattened. Messages use `sourceName` for the file. Problem codes are
 * NotText, TooLarge, MalformedYaml, MalformedJson, DuplicateKey, TooDeep, NotAnObject, NoKind, NoApiVersion and
 * MoreProblems.
 */
export function readManifests(bytes: Uint8Array, sourceName: string): ReadManifests {
  const objects: ManifestObject[] = [];
  const problems: ManifestProblem[] = [];
  const found = readText(bytes, sourceName);
  for (const { code, message, line } of found.problems) {
    problems.push({ code, fieldPath: '', message, source: sourceAt(sourceName, line) });
  }
  for (const document of found.documents) collectDocument(document, sourceName, objects, problems);
  return { objects, problems: atMost(PROBLEMS_MAX, problems, sourceName) };
}

function atMost(max: number, problems: readonly ManifestProblem[], sourceName: string): readonly ManifestProblem[] {
  if (problems.length <= max) return problems;
  const message = `${sourceName} has ${plural(problems.length - max, 'more problem')}.`;
  return [...problems.slice(0, max), { code: 'MoreProblems', fieldPath: '', message, source: sourceName }];
}

function readText(bytes: Uint8Array, sourceName: string): TextDocuments {
  if (bytes.length > JSON_BYTES_MAX) return tooLarge(sourceName, bytes.length, JSON_BYTES_MAX, '');
  const decoded = decodeUtf8(bytes, sourceName);
  if ('problem' in decoded) return { documents: [], problems: [decoded.problem] };
  const { text } = decoded;
  // Like kubectl: text that starts with a brace is JSON, everything else is YAML.
  if (/^\s*[{[]/.test(text)) return readJsonText(text, sourceName);
  if (bytes.length > YAML_BYTES_MAX) {
    return tooLarge(
      sourceName,
      bytes.length,
      YAML_BYTES_MAX,
      ' for YAML; use JSON (kubectl with -o json) for larger files',
    );
  }
  return readYamlText(text, sourceName);
}

function tooLarge(sourceName: string, size: number, max: number, advice: string): TextDocuments {
  const message = `${sourceName} has ${megabytes(size)} MiB; the limit is ${megabytes(max)} MiB${advice}.`;
  return { documents: [], problems: [{ code: 'TooLarge', message, line: 0 }] };
}

function megabytes(size: number): string {
  return (size / 1024 / 1024).toFixed(size % (1024 * 1024) === 0 ? 0 : 1);
}

function collectDocument(
  document: TextDocument,
  sourceName: string,
  objects: ManifestObject[],
  problems: ManifestProblem[],
): void {
  const { value, line, itemLines } = document;
  const source = sourceAt(sourceName, line);
  if (!isObject(value)) {
    problems.push(problem('NotAnObject', '', source, 'is not a Kubernetes object but ' + describe(value)));
    return;
  }
  if (!isList(value)) {
    collectObject(value, source, '', objects, problems);
    return;
  }
  value.items.forEach((item, index) => {
    const itemLine = itemLines[index];
    const fieldPath = `items[${index}]`;
    const itemSource = itemLine === undefined ? `${sourceName} ${fieldPath}` : sourceAt(sourceName, itemLine);
    if (isObject(item)) collectObject(withListType(item, value), itemSource, fieldPath, objects, problems);
    else
      problems.push(problem('NotAnObject', fieldPath, itemSource, 'is not a Kubernetes object but ' + describe(item)));
  });
}

function collectObject(
  object: Record<string, unknown>,
  source: string,
  fieldPath: string,
  objects: ManifestObject[],
  problems: ManifestProblem[],
): void {
  const { apiVersion, kind } = object;
  if (typeof kind !== 'string' || kind === '') {
    problems.push(problem('NoKind', child(fieldPath, 'kind'), source, 'has no kind'));
  } else if (typeof apiVersion !== 'string' || apiVersion === '') {
    problems.push(
      problem('NoApiVersion', child(fieldPath, 'apiVersion'), source, `is a ${kind} without an apiVersion`),
    );
  } else if (isDeeperThan(object, NESTING_DEPTH_MAX)) {
    problems.push(
      problem(
        'TooDeep',
        fieldPath,
        source,
        `has more than ${NESTING_DEPTH_MAX} levels of nesting, or an anchor that contains itself`,
      ),
    );
  } else {
    objects.push({ object, apiVersion, kind, source });
  }
}

function problem(code: string, fieldPath: string, source: string, predicate: string): ManifestProblem {
  return { code, fieldPath, message: `The document at ${source} ${predicate}.`, source };
}

type ListObject = Record<string, unknown> & { readonly items: readonly unknown[] };

/** A list has `items` and a kind that ends with List. Objects of other kinds can have a field `items` too. */
function isList(object: Record<string, unknown>): object is ListObject {
  return typeof object['kind'] === 'string' && object['kind'].endsWith('List') && Array.isArray(object['items']);
}

/** In a response of the API server, the items of a list have no kind. The list kind determines it. */
function withListType(item: Record<string, unknown>, listObject: ListObject): Record<string, unknown> {
  const kind = String(listObject['kind']).slice(0, -'List'.length);
  if (kind === '' || item['kind'] !== undefined) return item;
  return { apiVersion: listObject['apiVersion'], kind, ...item };
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((element) => isDeeperThan(element, levels - 1));
}

function sourceAt(sourceName: string, line: number): string {
  return line === 0 ? sourceName : `${sourceName}:${line}`;
}

function child(fieldPath: string, name: string): string {
  return fieldPath === '' ? name : `${fieldPath}.${name}`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : `a ${typeof value}`;
}
