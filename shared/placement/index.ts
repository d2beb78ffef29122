/**
 * The placement engine: should this DaemonSet's pod run on that node, exactly as Kubernetes decides,
 * and why. Pure: no I/O, no clock; usable as a library on its own (`rollcall/placement`).
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
