/** Documents that are written item by item: what comes out is what the whole would have been. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentStream, jsonDocument, yamlDocument } from '../../../cli/output/document.ts';

const DOCUMENT = { json: jsonDocument, yaml: yamlDocument } as const;
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('two\nlines', '', '- ', '# none', { text: 'a\n\n  b\n', list: [] }),
);
const fields = fc.dictionary(fc.constantFrom('replayed', 'different', 'text'), value);

describe.each(['json', 'yaml'] as const)('a document in %s that is written item by item', (format) => {
  it('is that of the whole list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 4 }), async (items) => {
        expect(await streamed(items)).toBe(await DOCUMENT[format](items));
      }),
    );
  });

  it('is that of the whole object, of which the list is the first field', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 4 }), fields, async (items, rest) => {
        expect(await streamed(items, 'differences', rest)).toBe(
          await DOCUMENT[format]({ differences: items, ...rest }),
        );
      }),
    );
  });

  async function streamed(items: readonly unknown[], field?: string, rest?: object): Promise<string> {
    let written = '';
    const document = documentStream(format, (text) => void (written += text), field);
    for (const item of items) await document.item(item);
    await document.end(rest);
    return written;
  }
});
