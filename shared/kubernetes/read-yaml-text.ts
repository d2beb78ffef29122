/**
 * Reads YAML as kubectl does: YAML 1.1 as Go's parser knows it, so that an unquoted `yes` or `on` is a
 * boolean and `0644` octal (then a label `on: yes` is refused here as there), but `12:30` and dates stay
 * text. Never throws.
 */
import type { Document, ParsedNode, Tags, YAMLError } from 'yaml';
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { ALIASED_NODES_MAX } from './limits.ts';
import type { TextDocument, TextDocuments, TextProblem } from './read-manifests.ts';

/** What YAML 1.1 has and Go's parser has not: base 60, dates, and the typed collections. */
const TAGS_LEFT_OUT = new Set([
  'tag:yaml.org,2002:timestamp',
  'tag:yaml.org,2002:omap',
  'tag:yaml.org,2002:pairs',
  'tag:yaml.org,2002:set',
]);

export function readYamlText(text: string, sourceName: string): TextDocuments {
  const lineCounter = new LineCounter();
  const documents: TextDocument[] = [];
  const problems: TextProblem[] = [];
  let parsed: readonly Document.Parsed[];
  try {
    parsed = [
      ...parseAllDocuments(text, { version: '1.1', customTags: kubectlTags, lineCounter, prettyErrors: false }),
    ];
  } catch (error) {
    // The parser recurses over nested collections and gives up on absurdly deep ones.
    const message = `${sourceName} cannot be read as YAML: ${reasonOf(error)}.`;
    return { documents, problems: [{ code: 'MalformedYaml', message, line: 0 }] };
  }
  for (const document of parsed) {
    const [error] = document.errors;
    if (error !== undefined) {
      problems.push(malformed(error, lineCounter, sourceName));
      continue;
    }
    if (isEmpty(document)) continue;
    const line = lineCounter.linePos(document.contents?.range[0] ?? document.range[0]).line;
    try {
      const value: unknown = document.toJS({ maxAliasCount: ALIASED_NODES_MAX });
      documents.push({ value, line, itemLines: itemLines(document, lineCounter) });
    } catch (error) {
      const message = `The document at ${sourceName}:${line} cannot be read: ${reasonOf(error)}.`;
      problems.push({ code: 'MalformedYaml', message, line });
    }
  }
  return { documents, problems };
}

function kubectlTags(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === 'string' || !(TAGS_LEFT_OUT.has(tag.tag) || ('format' in tag && tag.format === 'TIME')),
  );
}

/** Nothing, or `null` alone: what separators and comments leave. */
function isEmpty(document: Document.Parsed): boolean {
  return document.contents === null || (isScalar(document.contents) && document.contents.value === null);
}

function itemLines(document: Document.Parsed, lineCounter: LineCounter): number[] {
  if (!isMap(document.contents)) return [];
  const items = document.contents.get('items', true) as ParsedNode | undefined;
  if (!isSeq(items)) return [];
  return items.items.map((item) => {
    const start = (item as ParsedNode | null)?.range?.[0];
    return start === undefined ? 0 : lineCounter.linePos(start).line;
  });
}

function malformed(error: YAMLError, lineCounter: LineCounter, sourceName: string): TextProblem {
  const { line, col } = lineCounter.linePos(error.pos[0]);
  const code = error.code === 'DUPLICATE_KEY' ? 'DuplicateKey' : 'MalformedYaml';
  return { code, message: `${sourceName}:${line}:${col} is not valid YAML: ${reasonOf(error)}.`, line };
}

/** The parser's own first line, without the full stop that our sentence adds. */
function reasonOf(error: unknown): string {
  const [firstLine = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return firstLine.replace(/[.:]$/, '');
}
