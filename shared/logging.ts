/**
 * Structured logs: one JSON object on each line, or lines for people. Field names are fixed here, so
 * that what one program logs can be searched in all. Credentials are never written.
 */
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { RollcallError } from './errors.ts';

export type { Logger } from 'pino';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const LOG_FORMATS = ['json', 'pretty'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];

/** The settings of every program that logs, for its table. */
export const logSettings = {
  logLevel: {
    type: 'choice',
    placeholder: 'LEVEL',
    choices: LOG_LEVELS,
    default: 'info',
    help: `minimum log level: ${LOG_LEVELS.join(', ')}`,
  },
  logFormat: {
    type: 'choice',
    choices: LOG_FORMATS,
    default: 'json',
    help: 'log format: JSON for machines or text for people',
  },
} as const;

/** Where a caller's credentials could come along with what is logged: at the top, or one or two objects down. */
const SECRET_PATHS = ['', '*.', '*.*.'].flatMap((depth) => [`${depth}authorization`, `${depth}Authorization`]);

export interface LoggerOptions {
  /** Goes into every line as `program`. */
  readonly program: string;
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Standard output by default. */
  readonly destination?: DestinationStream;
}

/**
 * A logger whose every line has `level` (a word), `time` (ISO 8601, UTC), `program` and `message`. A
 * line about one of these names it in the field of that name: `node`, `daemonSet`
 * (`namespace/name`), `sessionId`, `revision`, `err`.
 */
export function createLogger({ program, level, format, destination }: LoggerOptions): Logger {
  // Written at once, in this thread: a line about a crash must be out before the crash.
  const output = destination ?? pino.destination({ dest: 1, sync: true });
  return pino(
    {
      level,
      base: { program },
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
    },
    format === 'json' ? output : prettyStream(output),
  );
}

/** Expected errors say it all in their sentence; others are bugs, and their stack is wanted. */
function describeError(error: unknown): unknown {
  if (error instanceof RollcallError) return { reason: error.reason, message: error.message };
  return error instanceof Error ? stdSerializers.err(error) : error;
}

/** Turns each line into one for people. No stream, so nothing is pending when the process ends. */
function prettyStream(output: DestinationStream): DestinationStream {
  const prettify = prettyFactory({
    colorize: false,
    ignore: 'program',
    messageFormat: '{program}: {message}',
    messageKey: 'message',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return { write: (line) => output.write(prettify(line)) };
}
