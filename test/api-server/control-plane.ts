/**
 * A real control plane for tests. KUBEBUILDER_ASSETS specifies the folder of its programs, as in other Kubernetes projects; without
 * it, the summary of the run lists the skipped tests.
 */
import { inject } from 'vitest';
import { type ControlPlane, type ControlPlaneOptions, startLocalControlPlane } from './local-control-plane.ts';

export { ADMIN_TOKEN, type ControlPlane, START_PATIENCE_MS } from './local-control-plane.ts';

/** Whether the programs are available. If not, the summary of the run lists the skipped tests. */
export const hasControlPlane = inject('controlPlanePrograms') !== '';

/** Call it in `beforeAll` with a timeout of `START_PATIENCE_MS`, and call `stop` in `afterAll`. It also ends with this process. */
export function startControlPlane(options: Omit<ControlPlaneOptions, 'programs'> = {}): Promise<ControlPlane> {
  return startLocalControlPlane({ ...options, programs: inject('controlPlanePrograms') });
}
