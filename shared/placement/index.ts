/**
 * The placement engine: decides whether a DaemonSet should run a pod on a node, as Kubernetes does, and explains
 * why. Pure: no I/O and no clock. Usable as a library (`rollcall/placement`).
 */
export { compilePlacement, evaluatePlacement } from './compile.ts';
export { PLACEMENT_ENGINE_VERSION } from './engine-version.ts';
export {
  type NodePlacementInputs,
  type PlacementTaint,
  placementFieldsOfDaemonSet,
  placementInputsOfNode,
} from './inputs.ts';
export { REASON_CODES, type ReasonCode } from './reason-codes.ts';
export type * from './types.ts';
