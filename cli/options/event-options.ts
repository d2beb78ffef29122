/** Which rows of the journal a command is about: the options of `history` and `watch`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { eventKindCodec, triggerCodec } from '../../shared/rpc/wire-words.ts';
import { daemonSetOption, nodeOption, type PairOptions, pairFilter } from './pair-options.ts';

export interface EventOptions extends PairOptions {
  readonly kind: readonly string[];
  readonly cause: readonly string[];
  readonly actor?: string;
}

const CAUSE_FORMS = `Allowed are ${triggerCodec.words.join(', ')}, and revision:N for what row N led to.`;

export function addEventOptions(command: Command): Command {
  return command
    .addOption(daemonSetOption())
    .addOption(nodeOption())
    .addOption(kindOption('rows', eventKindCodec.words))
    .addOption(causeOption())
    .option('--actor <name>', 'only rows that this one caused: a field manager, a user, an agent, a file');
}

/** What the coordinator is to be asked for; 0 and `''` where any will do. @throws UsageError */
export function eventFilter(options: EventOptions, namespace: string) {
  const { kind, cause, actor } = options;
  const revisions = cause.flatMap((text) => causeRevision(text) ?? []);
  const isKind = (word: string) => kind.includes(word);
  const isCause = (word: string) => cause.includes(word);
  return {
    ...pairFilter(options, namespace),
    // The namespace of a DaemonSet that is named is in its name.
    namespace: options.daemonset === undefined ? namespace : '',
    kinds: eventKindCodec.words.filter(isKind).map((word) => eventKindCodec.toWire(word)),
    triggers: triggerCodec.words.filter(isCause).map((word) => triggerCodec.toWire(word)),
    causeRevision: revisions.at(-1) ?? 0,
    actor: actor ?? '',
  };
}

export type EventFilter = ReturnType<typeof eventFilter>;

/** `what` there are the `kinds` of, for example rows. */
export function kindOption(what: string, kinds: readonly string[]): Option {
  return new Option('--kind <kind>', `only ${what} of this kind, repeatable`)
    .choices(kinds)
    .argParser((value, before: readonly string[]) => [...before, knownKind(value, kinds)])
    .default([]);
}

function causeOption(): Option {
  return new Option('--cause <trigger>', 'only rows with this trigger, repeatable, or revision:N, what row N led to')
    .choices([...triggerCodec.words, 'revision:'])
    .argParser((value, before: readonly string[]) => [...before, knownCause(value)])
    .default([]);
}

function knownKind(value: string, kinds: readonly string[]): string {
  if (kinds.includes(value)) return value;
  throw new InvalidArgumentError(`Allowed choices are ${kinds.join(', ')}.`);
}

function knownCause(value: string): string {
  if (triggerCodec.words.some((trigger) => trigger === value) || causeRevision(value) !== undefined) return value;
  throw new InvalidArgumentError(CAUSE_FORMS);
}

function causeRevision(text: string): number | undefined {
  const revision = Number(/^revision:(\d+)$/.exec(text)?.[1]);
  return Number.isSafeInteger(revision) && revision > 0 ? revision : undefined;
}
