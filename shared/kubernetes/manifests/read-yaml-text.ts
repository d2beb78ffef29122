/**
 * Reads YAML as kubectl and the API server do: YAML 1.1 with the rules of Go's parser. An unquoted `yes` or `on` is a
 * boolean (so that a label with that value is rejected), and `0644` is octal, but `12:30` and dates are strings.
 * Never throws.
 */
import type { Document, ParsedNode, Scalar, ScalarTag, Tags, YAMLError } from 'yaml';
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';
import { ALIASED_NODES_MAX, YAML_INDICATORS_MAX } from './limits.ts';
import type { TextDocument, TextDocuments, TextProblem } from './text-documents.ts';

/** A part of the file between two `---`. */
interface Part {
  readonly text: string;
  readonly linesBefore: number;
}

/** The documents in `text`. Messages use `sourceName` for the file. */
export function readYamlText(text: string, sourceName: string): TextDocuments {
  // Each part is parsed separately, so that it cannot affect the others.
  const found = partsOf(text).flatMap((part) => readPart(part, sourceName));
  return {
    documents: found.filter((one) => 'value' in one),
    problems: found.filter((one) => 'code' in one),
  };
}

function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let linesBefore = 0;
  for (const partText of text.split(/^(?=---(?:\s|$))/m)) {
    if (!isDirectivesOnly(partText)) parts.push({ text: partText, linesBefore });
    linesBefore += lineFeedsIn(partText);
  }
  return parts;
}

/** `%YAML 1.2` before a document has no effect, because Go's parser supports one version only. */
function isDirectivesOnly(text: string): boolean {
  return text.startsWith('%') && text.split('\n').every((line) => /^(?:[%#]|\s*$)/.test(line));
}

function lineFeedsIn(text: string): number {
  let count = 0;
  for (let index = text.indexOf('\n'); index !== -1; index = text.indexOf('\n', index + 1)) count++;
  return count;
}

/** Converts offsets in a part to positions in the file. */
class Place {
  readonly lineCounter = new LineCounter();
  readonly sourceName: string;
  readonly #linesBefore: number;

  constructor(sourceName: string, linesBefore: number) {
    this.sourceName = sourceName;
    this.#linesBefore = linesBefore;
  }

  lineAt(offset: number): number {
    // The parser may have stopped before it counted any line.
    return this.#linesBefore + Math.max(1, this.lineCounter.linePos(offset).line);
  }

  columnAt(offset: number): number {
    return this.lineCounter.linePos(offset).col;
  }
}

function readPart(part: Part, sourceName: string): (TextDocument | TextProblem)[] {
  const place = new Place(sourceName, part.linesBefore);
  if (isHostile(part.text)) return [tooManyIndicators(place)];
  try {
    const documents = parseAllDocuments(part.text, {
      version: '1.1',
      customTags: kubectlTags,
      lineCounter: place.lineCounter,
      prettyErrors: false,
      logLevel: 'silent',
      // The check of the library is quadratic. duplicateKey() checks instead.
      uniqueKeys: false,
    });
    return documents.flatMap((document) => readDocument(document as Document.Parsed, place));
  } catch (error) {
    // The parser is recursive and fails on extreme nesting.
    return [unreadable(error, 0, place)];
  }
}

function readDocument(document: Document.Parsed, place: Place): (TextDocument | TextProblem)[] {
  const [error] = document.errors;
  if (error !== undefined) return [malformed(error, place)];
  if (isEmpty(document)) return [];
  const start = startOf(document);
  try {
    const duplicate = duplicateKey(document);
    if (duplicate !== null) return [duplicateProblem(duplicate, place)];
    const value: unknown = document.toJS({ maxAliasCount: ALIASED_NODES_MAX });
    return [{ value, line: place.lineAt(start), itemLines: itemLines(document, place) }];
  } catch (error) {
    // Alias bombs and undefined aliases.
    return [unreadable(error, start, place)];
  }
}

/** Repeated block indicators nest without brackets. */
const DEEP_BLOCK = /(?:[-?:] ){200}/;

/** Text that needs too much time and memory to parse. */
function isHostile(text: string): boolean {
  let indicators = 0;
  for (let index = 0; index < text.length; index++) {
    if ('[]{},"'.includes(text.charAt(index))) indicators++;
  }
  return indicators > YAML_INDICATORS_MAX || DEEP_BLOCK.test(text);
}

function tooManyIndicators(place: Place): TextProblem {
  const line = place.lineAt(0);
  const message = `The document at ${place.sourceName}:${line} is nested too deeply or too dense for YAML; use JSON (-o json).`;
  return { code: 'TooDeep', message, line };
}

function duplicateKey(document: Document.Parsed): Scalar.Parsed | null {
  let found: Scalar.Parsed | null = null;
  visit(document, {
    Map(_key, map) {
      const keys = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key) || key.value === '<<') continue;
        if (keys.has(key.value)) {
          found = key as Scalar.Parsed;
          return visit.BREAK;
        }
        keys.add(key.value);
      }
      return undefined;
    },
  });
  return found;
}

function duplicateProblem(key: Scalar.Parsed, place: Place): TextProblem {
  const [offset] = key.range;
  const line = place.lineAt(offset);
  const where = `${place.sourceName}:${line}:${place.columnAt(offset)}`;
  const message = `${where} contains the key "${String(key.value)}" twice in one object.`;
  return { code: 'DuplicateKey', message, line };
}

/** Types that Go's parser does not support: base 60, dates and typed collections. */
const TAGS_LEFT_OUT: ReadonlySet<string> = new Set(['timestamp', 'omap', 'pairs', 'set', 'binary']);

/** `0o17`, which Go's parser accepts in addition to `017`. */
const newOctal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  format: 'OCT',
  test: /^[-+]?0o[0-7_]+$/,
  resolve: (text) => Number(text.replace(/^[-+]|_/g, '')) * (text.startsWith('-') ? -1 : 1),
};

function kubectlTags(tags: Tags): Tags {
  const kept = tags.filter((tag) => {
    if (typeof tag === 'string') return !TAGS_LEFT_OUT.has(tag);
    const name = tag.tag.slice('tag:yaml.org,2002:'.length);
    return !TAGS_LEFT_OUT.has(name) && !('format' in tag && tag.format === 'TIME');
  });
  return [newOctal, ...kept];
}

/** Empty or `null`, as between separators. */
function isEmpty(document: Document.Parsed): boolean {
  return document.contents === null || (isScalar(document.contents) && document.contents.value === null);
}

function startOf(document: Document.Parsed): number {
  return document.contents?.range[0] ?? document.range[0];
}

function itemLines(document: Document.Parsed, place: Place): number[] {
  if (!isMap(document.contents)) return [];
  const items: unknown = document.contents.get('items', true);
  if (!isSeq(items)) return [];
  return items.items.map((item) => place.lineAt((item as ParsedNode | null)?.range?.[0] ?? startOf(document)));
}

function malformed(error: YAMLError, place: Place): TextProblem {
  const [offset] = error.pos;
  const line = place.lineAt(offset);
  const where = `${place.sourceName}:${line}:${place.columnAt(offset)}`;
  return { code: 'MalformedYaml', message: `${where} is not valid YAML: ${reasonOf(error)}.`, line };
}

function unreadable(error: unknown, offset: number, place: Place): TextProblem {
  const line = place.lineAt(offset);
  const message = `The document at ${place.sourceName}:${line} cannot be read: ${reasonOf(error)}.`;
  return { code: 'MalformedYaml', message, line };
}

/** The message of the parser without the text that it quotes, which can be a secret. */
function reasonOf(error: unknown): string {
  const [firstLine = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  if (firstLine.startsWith('Maximum call stack')) return 'it is nested too deeply';
  return firstLine.replace(/\.$|:(?: .*)?$/, '');
}
