/** What a call says that reached no coordinator, from gRPC's own words for it. */

/** What a handshake that failed has in its message, as Node and OpenSSL word it. */
const TLS_TROUBLE =
  /certificate|altnames|self[- ]signed|ssl|tls|wrong version number|socket disconnected before secure/i;

/** What gRPC says of somebody who takes the connection and ends it: to a plaintext client, a server with TLS. */
const TAKEN_AND_ENDED = 'Failed to connect';

/** One sentence without its end for a status UNAVAILABLE with these `details`; where nobody answers, it ends with `advice`. */
export function unreachableWords(server: string, details: string, advice: (why: string) => string): string {
  const why = details
    .replace(/^.*Last error: /, '')
    .replace(/\.? Resolution note:.*$/, '')
    .replace(/^Error(?: \[\w+\])?: /, '');
  if (TLS_TROUBLE.test(why))
    return `${server} was reached, but TLS could not be agreed on: ${why}; see --coordinator-ca and --coordinator-name`;
  if (why.startsWith(TAKEN_AND_ENDED))
    return `${server} was reached, and speaks no gRPC in plaintext; if it speaks TLS, name its CA with --coordinator-ca`;
  return `no coordinator answers at ${server}${advice(why)}`;
}
