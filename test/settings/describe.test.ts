/** The help text and the table in the docs, generated from the table of settings. */
import { describe, expect, it } from 'vitest';
import { helpText, markdownTable } from '../../shared/settings/describe.ts';
import { defineSettings } from '../../shared/settings/table.ts';

const LONG_HELP = 'how long the leaves stay in the water before they are taken out';

const table = defineSettings({
  program: 'tea-maker',
  summary: 'makes tea',
  settings: {
    steepTime: {
      type: 'duration',
      default: '3m',
      help: LONG_HELP,
    },
    milk: { type: 'boolean', default: true, help: 'with milk' },
    kind: { type: 'choice', choices: ['green', 'black'], required: true, help: 'which' },
    config: { type: 'path', placeholder: 'FILE', help: 'settings file' },
  },
});

describe('the help text', () => {
  it('lists every flag, wraps long lines, and names the other sources of settings', () => {
    expect(helpText(table)).toBe(`tea-maker makes tea.

Usage: tea-maker [FLAGS]

  --steep-time DURATION  how long the leaves stay in the water before they are taken out (default
                         3m)
  --[no-]milk            with milk (default true)
  --kind green|black     which (required)
  --config FILE          settings file
  --help                 print help
  --version              print the version

You can specify each setting as a flag, as an environment variable, or as a key in the file of
--config; for example, --steep-time, TEA_MAKER_STEEP_TIME or steep-time. Flags take precedence over
environment variables, and environment variables over the file.
`);
  });
});

describe('the table for the docs', () => {
  it('has a row with three names for each setting', () => {
    expect(markdownTable(table)).toBe(`| Flag | Environment (\`TEA_MAKER_*\`) | File key | Default | Meaning |
| --- | --- | --- | --- | --- |
| \`--steep-time DURATION\` | \`TEA_MAKER_STEEP_TIME\` | \`steep-time\` | \`3m\` | ${LONG_HELP} |
| \`--[no-]milk\` | \`TEA_MAKER_MILK\` | \`milk\` | \`true\` | with milk |
| \`--kind green\\|black\` | \`TEA_MAKER_KIND\` | \`kind\` | required | which |
| \`--config FILE\` | \`TEA_MAKER_CONFIG\` |  | none | settings file |
`);
  });
});
