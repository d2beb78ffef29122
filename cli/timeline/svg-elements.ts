/** Writes SVG elements. Whatever text goes in comes out as text: nothing that others named can become markup. */
import { oneLine } from '../output/text.ts';

type Attributes = Readonly<Record<string, string | number>>;

/** `children` are markup already: other elements, or what `svgText` made. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${svgText(attributeText(value))}"`);
  const start = `<${name}${written.join('')}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`;
}

/** XML knows no control characters, and two code points that are none. */
export function svgText(text: string): string {
  return oneLine(text)
    .replace(/[\uFFFE\uFFFF]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** What a pointer shows above an element. */
export function title(text: string): string {
  return element('title', {}, svgText(text));
}

/** A tenth of a pixel is finer than a screen. */
function attributeText(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;
}
