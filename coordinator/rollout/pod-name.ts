/**
 * The names of daemon pods. They follow from what the pod is for, so that a repeated request conflicts with the pod that the first
 * one created, however the coordinator ended in between. They have the form of the names that the API server generates.
 */
import { createHash } from 'node:crypto';
import { nameCharacters } from './name-characters.ts';

/** The API server cuts the base of generated names to 58 characters, and appends five (apiserver storage/names). */
const BASE_LENGTH_MAX = 58;
const SUFFIX_LENGTH = 5;

export interface PodIdentity {
  readonly daemonSetName: string;
  readonly daemonSetUid: string;
  readonly nodeUid: string;
  readonly revisionHash: string;
  /** Counts the names that other pods have already: five characters are not unique. */
  readonly attempt: number;
}

export function podName({ daemonSetName, daemonSetUid, nodeUid, revisionHash, attempt }: PodIdentity): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([daemonSetUid, nodeUid, revisionHash, attempt]))
    .digest();
  return `${`${daemonSetName}-`.slice(0, BASE_LENGTH_MAX)}${nameCharacters(digest.subarray(0, SUFFIX_LENGTH))}`;
}
