/**
 * The style of the SVG in a light and a dark scheme. States differ in height and texture, not only in color.
 * The schemes repeat the rules with literal colors, because not every SVG viewer supports variables.
 */

interface Palette {
  readonly paper: string;
  readonly band: string;
  readonly grid: string;
  readonly ink: string;
  readonly soft: string;
  readonly run: string;
  readonly keep: string;
  readonly none: string;
  readonly bad: string;
  readonly warn: string;
}

const LIGHT: Palette = {
  paper: '#ffffff',
  band: '#f6f8fa',
  grid: '#d1d9e0',
  ink: '#1f2328',
  soft: '#59636e',
  run: '#2da44e',
  keep: '#bf8700',
  none: '#8c959f',
  bad: '#cf222e',
  warn: '#9a6700',
};

const DARK: Palette = {
  paper: '#0d1117',
  band: '#151b23',
  grid: '#30363d',
  ink: '#e6edf3',
  soft: '#9198a1',
  run: '#3fb950',
  keep: '#d29922',
  none: '#6e7681',
  bad: '#ff7b72',
  warn: '#e3b341',
};

const FONT = "12px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";

export const SVG_STYLE = `
text { font: ${FONT} } .subject { font-size: 16px; font-weight: 600 } .small { font-size: 10px }
.grid, .keep, .absent { stroke-width: 1 }
${rules(LIGHT)}
@media (prefers-color-scheme: dark) {
${rules(DARK)}
}
`;

function rules({ paper, band, grid, ink, soft, run, keep, none, bad, warn }: Palette): string {
  return `.paper { fill: ${paper} } .band { fill: ${band} } .grid { stroke: ${grid} }
text { fill: ${ink} } .soft, .present { fill: ${soft} }
.run { fill: ${run} } .none { fill: ${none} } .many { fill: url(#many) }
.keep { fill: url(#keep); stroke: ${keep} } .absent { fill: url(#absent); stroke: ${bad} }
.bad { fill: ${bad} } .warn { fill: ${warn} }
.keep-line { stroke: ${keep} } .absent-line { stroke: ${bad} } .many-line { stroke: ${ink} }`;
}

/** Textures with the ids that the style uses: the class, width and slope in degrees of their lines. */
export const SVG_TEXTURES = [
  { id: 'keep', lineClass: 'keep-line', lineWidth: 3, degrees: 45 },
  { id: 'absent', lineClass: 'absent-line', lineWidth: 1.5, degrees: -45 },
  { id: 'many', lineClass: 'many-line', lineWidth: 4, degrees: 0 },
] as const;
