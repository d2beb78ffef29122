/** Which rows of the journal a command is about: the options of `history` and `watch`. */
import { InvalidArgumentError, Option } from 'commander';
import { eventKindCodec } from '../view/words.ts';
import { collect } from './command-runner.ts';
import { type PairOptions, pairFilter } from './pair-options.ts';

export interface EventOptions extends PairOptions {
  readonly kind: readonly string[];
}

export function kindOption(): Option {
  return new Option('--kind <kind>', 'only rows of this kind, repeatable')
    .choices(eventKindCodec.values)
    .argParser((value, before: readonly string[]) => collect(knownKind(value), before))
    .default([]);
}

/** What the coordinator is to be asked for. @throws UsageError */
export function eventFilter(options: EventOptions, namespace: string) {
  const kinds = eventKindCodec.values
    .filter((kind) => options.kind.includes(kind))
    .map((kind) => eventKindCodec.toWire(kind));
  return { ...pairFilter(options, namespace), kinds };
}

function knownKind(value: string): string {
  if (eventKindCodec.values.some((kind) => kind === value)) return value;
  throw new InvalidArgumentError(`Allowed choices are ${eventKindCodec.values.join(', ')}.`);
}
