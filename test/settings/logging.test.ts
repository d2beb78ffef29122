/** The formats of log lines, for programs and for users. */
import { describe, expect, it } from 'vitest';
import { RollcallError } from '../../shared/errors.ts';
import { createLogger, type LogFormat, type Logger, type LogLevel } from '../../shared/logging.ts';

function linesOf(write: (log: Logger) => void, format: LogFormat = 'json', level: LogLevel = 'info'): string[] {
  const lines: string[] = [];
  write(createLogger({ program: 'rollcall-agent', level, format, destination: { write: (line) => lines.push(line) } }));
  return lines;
}

function objectOf(write: (log: Logger) => void): Record<string, unknown> {
  const [line = ''] = linesOf(write);
  return JSON.parse(line) as Record<string, unknown>;
}

describe('a log line', () => {
  it('is one JSON object with level, time, program and message', () => {
    const line = objectOf((log) => log.child({ node: 'gpu-1' }).warn({ revision: 7 }, 'the file is gone'));
    const { time, ...rest } = line;
    expect(rest).toEqual({
      level: 'warn',
      program: 'rollcall-agent',
      node: 'gpu-1',
      revision: 7,
      message: 'the file is gone',
    });
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('is written before the call returns, in both formats', () => {
    for (const format of ['json', 'pretty'] as const) {
      expect(linesOf((log) => log.info('now'), format)).toHaveLength(1);
    }
  });

  it('never contains authorization metadata', () => {
    const metadata = { authorization: 'Bearer tea', other: 'shown' };
    const write = (log: Logger) => log.info({ authorization: 'Bearer tea', metadata, call: { metadata } }, 'called');
    for (const format of ['json', 'pretty'] as const) {
      const [line] = linesOf(write, format);
      expect(line).not.toContain('tea');
      expect(line).toContain('shown');
    }
  });

  it('has no stack trace for an expected error, and one for a bug', () => {
    const expected = objectOf((log) => log.error({ err: new RollcallError('DRAINING', 'going away') }, 'refused'));
    expect(expected['err']).toEqual({ reason: 'DRAINING', message: 'going away' });
    const bug = objectOf((log) => log.error({ err: new TypeError('x is undefined') }, 'crashed'));
    expect(bug['err']).toMatchObject({ type: 'TypeError', stack: expect.stringContaining('logging.test') });
  });

  it('is omitted below the minimum level', () => {
    expect(linesOf((log) => log.debug('detail'))).toEqual([]);
    expect(linesOf((log) => log.debug('detail'), 'json', 'debug')).toHaveLength(1);
  });

  it('is one line with the fields after the message in the pretty format', () => {
    const [line] = linesOf((log) => log.info({ node: 'gpu-1' }, 'present'), 'pretty');
    expect(line).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] INFO: rollcall-agent: present \{"node":"gpu-1"\}\n$/);
  });
});
