/** The inputs of a decision, as `why` and `history` print them (docs/cli.md). */
import type { DecisionInputs__Output } from '../../shared/rpc/generated/rollcall/v1/DecisionInputs.ts';
import { timeView } from './wire-fields.ts';

export interface InputsView {
  /** The revision of the node's facts, and the SHA-256 of their canonical JSON. */
  readonly nodeRevision: number;
  readonly nodeDigest: string;
  readonly nodeResourceVersion: string;
  /** `agent` or `roll`. */
  readonly factsOrigin: string;
  readonly factsSource: string;
  readonly factsTime: string | null;
  /** The revision of this version of the DaemonSet, and the SHA-256 of its manifest. */
  readonly daemonSetRevision: number;
  readonly daemonSetDigest: string;
  readonly daemonSetGeneration: number;
  readonly templateRevision: string;
  readonly daemonSetSource: string;
}

export function inputsView(wire: DecisionInputs__Output): InputsView {
  return {
    nodeRevision: Number(wire.nodeRevision),
    nodeDigest: wire.nodeDigest.toString('hex'),
    nodeResourceVersion: wire.nodeResourceVersion,
    factsOrigin: wire.factsOrigin,
    factsSource: wire.factsSource,
    factsTime: timeView(wire.factsTime),
    daemonSetRevision: Number(wire.daemonSetRevision),
    daemonSetDigest: wire.daemonSetDigest.toString('hex'),
    daemonSetGeneration: Number(wire.daemonSetGeneration),
    templateRevision: wire.templateRevision,
    daemonSetSource: wire.daemonSetSource,
  };
}
