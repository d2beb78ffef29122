/** Describes the settings of a program: the text of `--help` and a table for the docs. */
import { environmentNameOf, environmentPrefixOf, keyOf, type Setting, type SettingMap, usageOf } from './table.ts';

interface Described {
  readonly program: string;
  readonly summary: string;
  readonly settings: SettingMap;
}

const HELP_COLUMNS = 100;

/** The output of `--help`, with a final line break. */
export function helpText({ program, summary, settings }: Described): string {
  const rows: [string, string][] = Object.entries(settings).map(([name, setting]) => [
    usageOf(name, setting),
    [setting.help, remarkOf(setting)].filter((part) => part !== '').join(' '),
  ]);
  rows.push(['--help', 'print help'], ['--version', 'print the version']);
  const indent = Math.max(...rows.map(([usage]) => usage.length)) + 4;
  const lines = rows.map(([usage, help]) => {
    const text = wrap(help, HELP_COLUMNS - indent).join(`\n${' '.repeat(indent)}`);
    return `  ${usage}`.padEnd(indent) + text;
  });
  const example = Object.keys(settings)[0] ?? '';
  const sources = [
    'You can specify each setting as a flag, as an environment variable, or as a key in the file of --config; for example,',
    `--${keyOf(example)}, ${environmentNameOf(program, example)} or ${keyOf(example)}.`,
    'Flags take precedence over environment variables, and environment variables over the file.',
  ];
  const closing = wrap(sources.join(' '), HELP_COLUMNS).join('\n');
  return `${wrap(`${program} ${summary}.`, HELP_COLUMNS).join('\n')}\n\nUsage: ${program} [FLAGS]\n\n${lines.join('\n')}\n\n${closing}\n`;
}

/** The settings as a Markdown table, with a final line break. */
export function markdownTable({ program, settings }: Described): string {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const key = name === 'config' ? '' : code(keyOf(name));
    const names = [code(usageOf(name, setting)), code(environmentNameOf(program, name)), key];
    return [...names, defaultCell(setting), setting.help.replaceAll('|', '\\|')];
  });
  const header = [
    'Flag',
    `Environment (${code(`${environmentPrefixOf(program)}*`)})`,
    'File key',
    'Default',
    'Meaning',
  ];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return `${[line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function remarkOf(setting: Setting): string {
  if (setting.required) return '(required)';
  if (setting.default === undefined) return '';
  return `(default ${String(setting.default)})`;
}

function defaultCell(setting: Setting): string {
  if (setting.required) return 'required';
  return setting.default === undefined ? 'none' : code(String(setting.default));
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

/** Wraps text at word boundaries into lines of at most `columns` characters. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
