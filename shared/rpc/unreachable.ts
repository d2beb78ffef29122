/** Creates the message of a call that did not reach a coordinator, from the message of gRPC. */

/** Matches the messages of Node and OpenSSL about failed handshakes. */
const TLS_FAILURE =
  /certificate|altnames|self[- ]signed|ssl|tls|wrong version number|socket disconnected before secure/i;

/** The message of gRPC if the server closes the connection, for example a TLS server that gets a plaintext request. */
const CONNECTION_CLOSED = 'Failed to connect';

/** Returns a sentence without a full stop for a status UNAVAILABLE. If no server responds, it ends with `advice`. */
export function unreachableWords(server: string, details: string, advice: (why: string) => string): string {
  const why = details
    .replace(/^.*Last error: /, '')
    .replace(/\.? Resolution note:.*$/, '')
    .replace(/^Error(?: \[\w+\])?: /, '');
  if (TLS_FAILURE.test(why))
    return `the TLS handshake with ${server} failed: ${why}; check --coordinator-ca and --coordinator-name`;
  if (why.startsWith(CONNECTION_CLOSED))
    return `${server} does not accept plaintext gRPC; if it uses TLS, specify its CA with --coordinator-ca`;
  return `no coordinator responds at ${server}${advice(why)}`;
}
