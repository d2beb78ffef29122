/** Builds the manifests of deploy/kustomize with kubectl, from a copy with new certificates. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

const SOURCE = fileURLToPath(new URL('../../deploy/kustomize', import.meta.url));

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  readonly [field: string]: unknown;
}

/** Whether kubectl is installed, which contains kustomize. */
export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** Overlays with which Rollcall writes nothing but its Lease. */
export const OBSERVING_OVERLAYS = ['standalone', 'cert-manager', 'kubelet', 'standby'] as const;

export class Kustomize {
  readonly #folder = mkdtempSync(join(tmpdir(), 'rollcall-kustomize-'));

  constructor() {
    cpSync(SOURCE, this.#folder, { recursive: true });
    execFileSync(join(this.#folder, 'overlays/standalone/make-certificates.sh'), { stdio: 'pipe' });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What `kubectl apply -k` of the overlay would send, as YAML. */
  text(overlay: string): string {
    return execFileSync('kubectl', ['kustomize', join(this.#folder, 'overlays', overlay)], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  manifests(overlay: string): Manifest[] {
    return parseAllDocuments(this.text(overlay)).map((document) => document.toJS() as Manifest);
  }
}
