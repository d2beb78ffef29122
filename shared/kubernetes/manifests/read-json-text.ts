/** Reads JSON documents, one or several after each other, fast also where they have a hundred megabytes. Never throws. */
import { jsonErrorOffset } from './json-error.ts';
import type { JsonOutline } from './json-outline.ts';
import { outlineJson } from './json-outline.ts';
import type { TextDocument, TextDocuments, TextProblem } from './text-documents.ts';

/** The documents in `text`; `sourceName` is how messages call the file. */
export function readJsonText(text: string, sourceName: string): TextDocuments {
  const documents: TextDocument[] = [];
  const problems: TextProblem[] = [];
  for (const outline of outlineJson(text)) {
    const problem = outlineProblem(outline, sourceName);
    if (problem !== null) {
      problems.push(problem);
      continue;
    }
    try {
      const value: unknown = JSON.parse(text.slice(outline.start, outline.end));
      documents.push({ value, line: outline.line, itemLines: outline.itemLines });
    } catch {
      problems.push(malformed(text, outline, sourceName));
      // Where a document really ends is not known any more.
      break;
    }
  }
  return { documents, problems };
}

function outlineProblem({ duplicateKey, tooDeep, line }: JsonOutline, sourceName: string): TextProblem | null {
  if (tooDeep) return { code: 'TooDeep', message: `The document at ${sourceName}:${line} nests too deeply.`, line };
  if (duplicateKey === null) return null;
  const message = `${sourceName}:${duplicateKey.line} has the key "${duplicateKey.key}" a second time in one object.`;
  return { code: 'DuplicateKey', message, line: duplicateKey.line };
}

/** Counts on the text of this document alone, which is the last that is looked at. */
function malformed(text: string, outline: JsonOutline, sourceName: string): TextProblem {
  const position = outline.start + jsonErrorOffset(text.slice(outline.start, outline.end));
  const before = text.slice(outline.start, position);
  const line = outline.line + before.split('\n').length - 1;
  const column = position - text.lastIndexOf('\n', position - 1);
  const isCut = position >= text.trimEnd().length;
  const what = isCut ? 'it ends too early' : `${JSON.stringify(text.charAt(position))} is not expected here`;
  return { code: 'MalformedJson', message: `${sourceName}:${line}:${column} is not valid JSON: ${what}.`, line };
}
