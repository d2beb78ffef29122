/** Messages for failed connections. The details are real messages of grpc-js 1.14.7. */
import { expect, test } from 'vitest';
import { unreachableWords } from '../../shared/rpc/unreachable.ts';

const NO_TLS = 'the TLS handshake with c:1 failed';
const MISNAMED = "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b";
const advice = (why: string) => ` (${why})`;

test.each([
  [
    'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ',
    'no coordinator responds at c:1 (connect ECONNREFUSED 127.0.0.1:1)',
  ],
  [
    'No connection established. Last error: Error: unable to verify the first certificate. Resolution note: ',
    `${NO_TLS}: unable to verify the first certificate; check --coordinator-ca and --coordinator-name`,
  ],
  [
    `No connection established. Last error: Error [ERR_TLS_CERT_ALTNAME_INVALID]: ${MISNAMED}. Resolution note: `,
    `${NO_TLS}: ${MISNAMED}; check --coordinator-ca and --coordinator-name`,
  ],
  [
    'No connection established. Last error: Failed to connect (2026-11-27T01:50:44.562Z). Resolution note: ',
    'c:1 does not accept plaintext gRPC; if it uses TLS, specify its CA with --coordinator-ca',
  ],
  ['Connection dropped', 'no coordinator responds at c:1 (Connection dropped)'],
])('%s', (details, words) => {
  expect(unreachableWords('c:1', details, advice)).toBe(words);
});
