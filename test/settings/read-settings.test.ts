/** Reads settings from flags, environment, file and defaults, and checks the message of every usage error. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { readSettings, type SettingsInput } from '../../shared/settings/read-settings.ts';
import { SettingsError } from '../../shared/settings/settings-error.ts';
import { defineSettings } from '../../shared/settings/table.ts';

const table = defineSettings({
  program: 'tea-maker',
  summary: 'makes tea',
  settings: {
    data: { type: 'path', default: './tea', help: 'where the tea is' },
    listen: { type: 'address', default: '127.0.0.1:7655', help: 'where to listen' },
    steepTime: { type: 'duration', default: '3m', min: '1s', max: '1h', help: 'how long' },
    potSize: { type: 'bytes', default: '2KiB', max: '1MiB', help: 'how much' },
    cups: { type: 'integer', default: 4, min: 1, max: 12, help: 'how many' },
    milk: { type: 'boolean', default: true, help: 'with milk' },
    kind: { type: 'choice', choices: ['green', 'black'], default: 'black', help: 'which' },
    leaves: { type: 'paths', help: 'from where' },
    label: { type: 'string', help: 'what to call it' },
    config: { type: 'path', help: 'settings file' },
  },
  check: ({ kind, milk }) => (kind === 'green' && milk ? 'Green tea takes no milk; set --no-milk.' : null),
});

const files: Record<string, string> = {};
const noSuchFile = (path: string): string => {
  const text = files[path];
  if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
  return text;
};

function read({ argv = [], environment = {}, readFile = noSuchFile }: Partial<SettingsInput> = {}) {
  const request = readSettings(table, { argv, environment, readFile });
  if (request.kind !== 'run') throw new Error(`unexpected request ${request.kind}`);
  return request.settings;
}

function usageError(input: Partial<SettingsInput>): string {
  try {
    read(input);
  } catch (error) {
    if (error instanceof SettingsError && error.exitCode === 2) return error.message;
    throw error;
  }
  throw new Error('there was no usage error');
}

const withFile = (text: string): Partial<SettingsInput> => ({ argv: ['--config', 'tea.yaml'], readFile: () => text });

describe('readSettings', () => {
  it('returns the defaults if nothing is set', () => {
    expect(read()).toEqual({
      data: './tea',
      listen: { host: '127.0.0.1', port: 7655 },
      steepTimeMs: 180_000,
      potSizeBytes: 2048,
      cups: 4,
      milk: true,
      kind: 'black',
      leaves: undefined,
      label: undefined,
      config: undefined,
    });
  });

  it('returns values with the types of the table', () => {
    const settings = read();
    expectTypeOf(settings.steepTimeMs).toEqualTypeOf<number>();
    expectTypeOf(settings.kind).toEqualTypeOf<'green' | 'black'>();
    expectTypeOf(settings.label).toEqualTypeOf<string | undefined>();
    expectTypeOf(settings.leaves).toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(settings.listen.port).toEqualTypeOf<number>();
    expect(Object.keys(settings)).not.toContain('steepTime');
  });

  it('prefers flags to the environment, the environment to the file, and the file to the defaults', () => {
    const readFile = () => 'cups: 1\nlabel: file\nkind: black\nsteep-time: 1m\n';
    const environment = { TEA_MAKER_CUPS: '2', TEA_MAKER_LABEL: 'environment', TEA_MAKER_CONFIG: 'tea.yaml' };
    const settings = read({ argv: ['--cups', '3'], environment, readFile });
    expect(settings).toMatchObject({ cups: 3, label: 'environment', steepTimeMs: 60_000, potSizeBytes: 2048 });
  });

  it('prefers the settings file of the flag to the one of the environment', () => {
    const readFile = (path: string) => `label: from ${path}`;
    const settings = read({ argv: ['--config=a.yaml'], environment: { TEA_MAKER_CONFIG: 'b.yaml' }, readFile });
    expect(settings.label).toBe('from a.yaml');
  });

  it('reads flags with a space or an equals sign, negated flags, and lists', () => {
    const argv = ['--cups=7', '--listen', '[::1]:80', '--no-milk', '--leaves', 'a', '--leaves=b:c', '--label=--odd'];
    expect(read({ argv })).toMatchObject({
      cups: 7,
      listen: { host: '::1', port: 80 },
      milk: false,
      leaves: ['a', 'b', 'c'],
      label: '--odd',
    });
    expect(read({ argv: ['--milk'] }).milk).toBe(true);
    expect(read({ argv: ['--milk=false'] }).milk).toBe(false);
  });

  it('reads lists and scalars from the file', () => {
    const text = '# my tea\nleaves: [a, b]\nmilk: false\ncups: 2\nlisten: localhost:1\n';
    expect(read(withFile(text))).toMatchObject({ leaves: ['a', 'b'], milk: false, cups: 2 });
    expect(read(withFile('')).cups).toBe(4);
    expect(read(withFile('leaves: a:b')).leaves).toEqual(['a', 'b']);
  });

  it('ignores the variables that Kubernetes sets for a Service with the name of the program', () => {
    const environment = {
      TEA_MAKER_SERVICE_HOST: '10.0.0.1',
      TEA_MAKER_SERVICE_PORT_GRPC: '7655',
      TEA_MAKER_PORT: 'tcp://10.0.0.1:7655',
      TEA_MAKER_PORT_7655_TCP_ADDR: '10.0.0.1',
      OTHER: 'x',
    };
    expect(read({ environment }).cups).toBe(4);
  });

  it('returns help and version even if other arguments are not valid', () => {
    const request = (...argv: string[]) => readSettings(table, { argv, environment: {}, readFile: noSuchFile });
    expect(request('--cups', 'many', '--help')).toMatchObject({
      kind: 'help',
      text: expect.stringContaining('--steep-time'),
    });
    expect(request('-h').kind).toBe('help');
    expect(request('--version', '--bogus')).toEqual({ kind: 'version' });
  });
});

describe('a usage error', () => {
  it.each<[string, Partial<SettingsInput>, string]>([
    ['an unknown flag', { argv: ['--cup', '2'] }, '--cup is not a setting of tea-maker; did you mean --cups?'],
    [
      'an unknown flag without a similar one',
      { argv: ['--sugar'] },
      '--sugar is not a setting of tea-maker; see --help.',
    ],
    ['a short flag', { argv: ['-c'] }, '-c is not a setting of tea-maker; see --help.'],
    [
      'a negated flag that is not boolean',
      { argv: ['--no-cups'] },
      '--no-cups is not a setting of tea-maker; did you mean --cups?',
    ],
    [
      'a positional argument',
      { argv: ['brew'] },
      'Unexpected argument "brew": tea-maker accepts only flags; see --help.',
    ],
    ['a flag without its value', { argv: ['--data'] }, '--data requires a value: --data PATH.'],
    [
      'a flag followed by another flag instead of its value',
      { argv: ['--data', '--no-milk'] },
      '--data requires a value: --data PATH.',
    ],
    ['a negated flag with a value', { argv: ['--no-milk=true'] }, '--no-milk does not accept a value; remove it.'],
    ['a flag twice', { argv: ['--cups', '1', '--cups', '2'] }, '--cups conflicts with an earlier flag; set it once.'],
    [
      'an invalid number',
      { argv: ['--cups', 'two'] },
      'Invalid value "two" for --cups: it must be an integer from 1 to 12.',
    ],
    [
      'a number out of range',
      { argv: ['--cups=13'] },
      'Invalid value "13" for --cups: it must be an integer from 1 to 12.',
    ],
    [
      'a duration without a unit',
      { environment: { TEA_MAKER_STEEP_TIME: '90' } },
      'Invalid value "90" for TEA_MAKER_STEEP_TIME: it must be a duration such as 500ms, 10s, 5m, 2h or 90d from 1s to 1h.',
    ],
    [
      'a size over the limit',
      { argv: ['--pot-size=2MiB'] },
      'Invalid value "2MiB" for --pot-size: it must be a size such as 512KiB, 64MiB or 5GiB, at most 1MiB.',
    ],
    ['an unknown choice', { argv: ['--kind=red'] }, 'Invalid value "red" for --kind: it must be one of green, black.'],
    [
      'an address without a port',
      { argv: ['--listen', 'localhost'] },
      'Invalid value "localhost" for --listen: it must be an address such as 127.0.0.1:7655 or [::1]:7655.',
    ],
    [
      'an empty variable',
      { environment: { TEA_MAKER_DATA: '' } },
      'Invalid value "" for TEA_MAKER_DATA: it must be a path.',
    ],
    [
      'an empty list',
      { environment: { TEA_MAKER_LEAVES: ':' } },
      'Invalid value ":" for TEA_MAKER_LEAVES: it must be one or more paths.',
    ],
    [
      'an unknown variable',
      { environment: { TEA_MAKER_STEEPTIME: '1m' } },
      'TEA_MAKER_STEEPTIME is not a setting of tea-maker; did you mean TEA_MAKER_STEEP_TIME?',
    ],
    ['contradictory settings', { argv: ['--kind', 'green'] }, 'Green tea takes no milk; set --no-milk.'],
    [
      'a file that does not exist',
      { argv: ['--config', 'none.yaml'] },
      "The settings file that --config specifies cannot be read: ENOENT: no such file, open 'none.yaml'.",
    ],
    [
      'an unknown key in the file',
      withFile('cups: 2\nmilc: true\n'),
      'milc (tea.yaml, line 2) is not a setting of tea-maker; did you mean milk?',
    ],
    [
      'a reference to another file in the file',
      withFile('config: other.yaml'),
      'config (tea.yaml, line 1) is not a setting of tea-maker; remove it.',
    ],
    [
      'a value of the wrong type in the file',
      withFile('\nmilk: "true"'),
      'milk in tea.yaml, line 2 must be true or false.',
    ],
    ['a nested value in the file', withFile('data: {a: b}'), 'data in tea.yaml, line 1 must be a path.'],
    [
      'a list with items of the wrong type',
      withFile('leaves: [1, 2]'),
      'leaves in tea.yaml, line 1 must be one or more paths.',
    ],
    ['an empty value in the file', withFile('cups:'), 'cups in tea.yaml, line 1 must be an integer from 1 to 12.'],
    [
      'a file that does not contain settings',
      withFile('- cups'),
      'tea.yaml must contain settings as `key: value`, one per line.',
    ],
    [
      'a file that is too large',
      withFile('#'.repeat(2 ** 20 + 1)),
      'tea.yaml exceeds the size limit of a settings file (1 MiB).',
    ],
  ])('has a message of one sentence: %s', (_, input, sentence) => {
    expect(usageError(input)).toBe(sentence);
  });

  it('names file and line if the file is not valid YAML', () => {
    expect(usageError(withFile('cups: 2\ndata: [a\n'))).toMatch(/^tea\.yaml, line \d: not valid YAML: .+\.$/);
    expect(usageError(withFile('cups: 2\ncups: 3\n'))).toBe(
      'tea.yaml, line 2: not valid YAML: Map keys must be unique.',
    );
  });

  it('names a required setting that is not set', () => {
    const tableWithRequired = defineSettings({
      program: 'tea-maker',
      summary: 'makes tea',
      settings: { waterFrom: { type: 'path', placeholder: 'TAP', required: true, help: 'which tap' } },
    });
    const start = (argv: string[]) => readSettings(tableWithRequired, { argv, environment: {}, readFile: noSuchFile });
    expect(() => start([])).toThrow(
      'tea-maker requires --water-from TAP; set the flag, TEA_MAKER_WATER_FROM or water-from in the settings file.',
    );
    expect(start(['--water-from', 'cold'])).toEqual({ kind: 'run', settings: { waterFrom: 'cold' } });
  });
});
