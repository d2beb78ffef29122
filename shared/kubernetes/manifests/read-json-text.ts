/** Reads one or more concatenated JSON documents, including files with a hundred megabytes. Never throws. */
import { jsonErrorOffset } from './json-error.ts';
import type { JsonOutline } from './json-outline.ts';
import { outlineJson } from './json-outline.ts';
import type { TextDocument, TextDocuments, TextProblem } from './text-documents.ts';

/** The documents in `text`. Messages use `sourceName` for the file. */
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
      // The end of this document is unknown, so the next one cannot be found.
      break;
    }
  }
  return { documents, problems };
}

function outlineProblem({ duplicateKey, tooDeep, line }: JsonOutline, sourceName: string): TextProblem | null {
  if (tooDeep) return { code: 'TooDeep', message: `The document at ${sourceName}:${line} is nested too deeply.`, line };
  if (duplicateKey === null) return null;
  const message = `${sourceName}:${duplicateKey.line} contains the key "${duplicateKey.key}" twice in one object.`;
  return { code: 'DuplicateKey', message, line: duplicateKey.line };
}

/** Determines the line and column of the error. */
function malformed(text: string, outline: JsonOutline, sourceName: string): TextProblem {
  const position = outline.start + jsonErrorOffset(text.slice(outline.start, outline.end));
  const before = text.slice(outline.start, position);
  const line = outline.line + before.split('\n').length - 1;
  const column = position - text.lastIndexOf('\n', position - 1);
  const isCut = position >= text.trimEnd().length;
  const what = isCut ? 'unexpected end' : `unexpected ${JSON.stringify(text.charAt(position))}`;
  return { code: 'MalformedJson', message: `${sourceName}:${line}:${column} is not valid JSON: ${what}.`, line };
}
