/** Builds SVG elements and escapes all text, so that names cannot become markup. */
import { oneLine } from '../output/text.ts';

type Attributes = Readonly<Record<string, string | number>>;

/** `children` are markup: other elements or the result of `svgText`. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${svgText(attributeText(value))}"`);
  const start = `<${name}${written.join('')}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`;
}

/** Escapes text, and replaces the control characters and code points that XML does not allow. */
export function svgText(text: string): string {
  return oneLine(text)
    .replace(/[\uFFFE\uFFFF]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The tooltip of an element. */
export function title(text: string): string {
  return element('title', {}, svgText(text));
}

/** Rounds numbers to a tenth of a pixel. */
function attributeText(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
}
