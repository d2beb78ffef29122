/** The options of `history` and `watch` that select events. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { eventKindCodec, triggerCodec } from '../../shared/rpc/wire-words.ts';
import { daemonSetOption, nodeOption, type PairOptions, pairFilter } from './pair-options.ts';

export interface EventOptions extends PairOptions {
  readonly kind: readonly string[];
  readonly cause: readonly string[];
  readonly actor?: string;
}

const CAUSE_FORMS = `must be one of ${triggerCodec.words.join(', ')} or revision:N`;

export function addEventOptions(command: Command): Command {
  return command
    .addOption(daemonSetOption())
    .addOption(nodeOption())
    .addOption(kindOption('events', eventKindCodec.words))
    .addOption(causeOption())
    .option('--actor <name>', 'Only events caused by this actor: a field manager, a user, an agent or a file');
}

/** The filter of a request; 0 and `''` match everything. @throws UsageError */
export function eventFilter(options: EventOptions, namespace: string) {
  const { kind, cause, actor } = options;
  const revisions = cause.flatMap((text) => causeRevision(text) ?? []);
  const isKind = (word: string) => kind.includes(word);
  const isCause = (word: string) => cause.includes(word);
  return {
    ...pairFilter(options, namespace),
    // The filter for one DaemonSet already includes its namespace.
    namespace: options.daemonset === undefined ? namespace : '',
    kinds: eventKindCodec.words.filter(isKind).map((word) => eventKindCodec.toWire(word)),
    triggers: triggerCodec.words.filter(isCause).map((word) => triggerCodec.toWire(word)),
    causeRevision: revisions.at(-1) ?? 0,
    actor: actor ?? '',
  };
}

export type EventFilter = ReturnType<typeof eventFilter>;

/** `noun` is what has a kind, for example `events`. */
export function kindOption(noun: string, kinds: readonly string[]): Option {
  return new Option('--kind <kind>', `Only ${noun} of this kind; repeatable`)
    .choices(kinds)
    .argParser((value, before: readonly string[]) => [...before, knownKind(value, kinds)])
    .default([]);
}

function causeOption(): Option {
  return new Option('--cause <trigger>', 'Only events with this trigger, or caused by revision N; repeatable')
    .choices([...triggerCodec.words, 'revision:'])
    .argParser((value, before: readonly string[]) => [...before, knownCause(value)])
    .default([]);
}

function knownKind(value: string, kinds: readonly string[]): string {
  if (kinds.includes(value)) return value;
  throw new InvalidArgumentError(`must be one of ${kinds.join(', ')}`);
}

function knownCause(value: string): string {
  if (triggerCodec.words.some((trigger) => trigger === value) || causeRevision(value) !== undefined) return value;
  throw new InvalidArgumentError(CAUSE_FORMS);
}

function causeRevision(text: string): number | undefined {
  const revision = Number(/^revision:(\d+)$/.exec(text)?.[1]);
  return Number.isSafeInteger(revision) && revision > 0 ? revision : undefined;
}
