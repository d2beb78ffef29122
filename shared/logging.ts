/**
 * Structured logs: one JSON object per line, or readable text. Field names are the same in all programs. Credentials are
 * never logged.
 */
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { RollcallError } from './errors.ts';
import { loadPinoPretty } from './lazy-packages.ts';

export type { Logger } from 'pino';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const LOG_FORMATS = ['json', 'pretty'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];

/** The log settings of every program. */
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

/** Paths where logged objects can contain credentials: at the top level, or one or two levels below. */
const SECRET_PATHS = ['', '*.', '*.*.'].flatMap((depth) => [`${depth}authorization`, `${depth}Authorization`]);

export interface LoggerOptions {
  /** Added to every line as `program`. */
  readonly program: string;
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Standard output by default. */
  readonly destination?: DestinationStream;
}

/**
 * Creates a logger. Each line has the fields `level` (a word), `time` (ISO 8601, UTC), `program` and `message`. Lines
 * about a specific object name it in `node`, `daemonSet` (`namespace/name`), `sessionId`, `revision` or `err`.
 */
export function createLogger({ program, level, format, destination }: LoggerOptions): Logger {
  // Synchronous, so that a line about a crash is written before the process exits.
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

/** Logs expected errors without a stack, and bugs with their stack. */
function describeError(error: unknown): unknown {
  if (error instanceof RollcallError) return { reason: error.reason, message: error.message };
  return error instanceof Error ? stdSerializers.err(error) : error;
}

/** Formats each line as text. Not a stream, so nothing is pending when the process exits. */
function prettyStream(output: DestinationStream): DestinationStream {
  const prettify = loadPinoPretty().prettyFactory({
    colorize: false,
    ignore: 'program',
    messageFormat: '{program}: {message}',
    messageKey: 'message',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  return { write: (line) => output.write(prettify(line)) };
}
