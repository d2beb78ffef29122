/** Documents that are written item by item equal those that are written as a whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentStream, jsonDocument, yamlDocument } from '../../../cli/output/document.ts';

const DOCUMENT = { json: jsonDocument, yaml: yamlDocument } as const;
const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('two\nlines', '', '- ', '# none', { text: 'a\n\n  b\n', list: [] }),
);
const fields = fc.dictionary(fc.constantFrom('replayed', 'different', 'text'), value);

describe.each(['json', 'yaml'] as const)('a %s document that is written item by item', (format) => {
  it('equals the whole list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 4 }), async (items) => {
        expect(await streamed(items)).toBe(await DOCUMENT[format](items));
      }),
    );
  });

  it('equals the whole object whose first field is the list', async () => {
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
