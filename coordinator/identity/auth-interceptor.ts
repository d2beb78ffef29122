/** Authenticates and authorizes every call before a service handles it. */
import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { TOKEN_LENGTH_MAX } from '../limits.ts';
import type { ConnectionCredentials } from '../tls/listener.ts';
import type { Authenticator, Credentials } from './authenticator.ts';
import { ANONYMOUS, type Caller } from './caller.ts';
import { CONNECT, type Denial, type Denials } from './denials.ts';
import type { RefusalCounter } from './refusal-counter.ts';
import { RESOURCES_BY_RIGHT, type Right, ROLES_BY_RIGHT } from './rights.ts';

export interface AuthInterceptorOptions {
  readonly authenticator: Authenticator;
  readonly denials: Denials;
  readonly refusals: RefusalCounter;
  readonly log: Logger;
  /** Returns the required right of `/package.Service/Method`. */
  readonly rightOf: (path: string) => Right | 'open';
  /** Applies the rate limit for agents. @throws RollcallError TOO_MANY_CONNECTS or DRAINING. */
  readonly checkRate: () => void;
}

/** A call that is not authorized yet. */
interface PendingCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly right: Right | 'open';
  readonly credentials: Credentials;
}

export class AuthInterceptor {
  readonly #options: AuthInterceptorOptions;
  /** By the metadata object of the call, which a peer cannot forge. */
  readonly #callers = new WeakMap<Metadata, Caller>();

  constructor(options: AuthInterceptorOptions) {
    this.#options = options;
  }

  /** The caller of the call with this metadata. */
  callerOf(metadata: Metadata): Caller {
    const caller = this.#callers.get(metadata);
    if (caller === undefined) throw new Error('the call bypassed the auth interceptor');
    return caller;
  }

  /** `credentialsOf` returns the credentials of a peer's connection. */
  interceptor(credentialsOf: (peer: string) => ConnectionCredentials): ServerInterceptor {
    return ({ path }, call) =>
      new ServerInterceptingCall(call, {
        start: (next) => {
          next({
            onReceiveMetadata: (metadata, pass) => {
              const peer = call.getPeer();
              const credentials = { token: takeToken(metadata), connection: credentialsOf(peer) };
              this.#authenticate({ path, right: this.#options.rightOf(path), credentials }, peer).then(
                (caller) => {
                  this.#callers.set(metadata, caller);
                  pass(metadata);
                },
                (error: unknown) => call.sendStatus(toStatus(error)),
              );
            },
          });
        },
      });
  }

  /**
   * Authenticates the new token of an agent on the stream that `previous` opened.
   * @throws RollcallError if the token is rejected or cannot be reviewed now.
   */
  async renew(token: string, previous: Caller, peerAddress: string): Promise<Caller> {
    let caller: Caller | null = null;
    try {
      caller = await this.#options.authenticator.authenticate({ token, connection: { kind: 'none' } });
      if (!isSameAgent(caller, previous)) {
        const said = `${caller.name} cannot renew a stream of ${previous.name} or of another node`;
        throw new RollcallError('NODE_IDENTITY_MISMATCH', said);
      }
      return caller;
    } catch (error) {
      if (error instanceof RollcallError) this.#refused({ caller, peerAddress, method: CONNECT, node: '', error });
      throw error;
    }
  }

  /** Journals the denials that were only counted so far. */
  close(): void {
    this.#options.denials.close();
  }

  #refused(denial: Denial): void {
    const { log, denials, refusals } = this.#options;
    const { peerAddress: peer, method, error } = denial;
    log.info({ peer, method, reason: error.reason, detail: error.message }, 'the call was refused');
    refusals.count(error);
    denials.record(denial);
  }

  async #authenticate(call: PendingCall, peer: string): Promise<Caller> {
    let caller: Caller | null = null;
    try {
      if (call.right === 'open') return ANONYMOUS;
      // The rate limit comes first because it is cheap.
      if (call.right === 'connect') this.#options.checkRate();
      caller = await this.#options.authenticator.authenticate(call.credentials);
      await this.#authorize(caller, call.right);
      return caller;
    } catch (error) {
      const method = methodOf(call.path);
      if (error instanceof RollcallError) this.#refused({ caller, peerAddress: peer, method, node: '', error });
      else this.#options.log.error({ err: error, where: call.path }, 'bug: the auth interceptor failed');
      throw error;
    }
  }

  async #authorize(caller: Caller, right: Right): Promise<void> {
    if (right === 'connect') {
      if (caller.agentNode !== null) return;
      throw new RollcallError('PERMISSION_DENIED', `${caller.name} is not an agent; ${AGENT_CREDENTIALS}`);
    }
    if (caller.authenticatedBy === 'nothing' || (await this.#options.authenticator.hasRight(caller, right))) return;
    const { group, resource, verb } = RESOURCES_BY_RIGHT[right];
    const said =
      `${caller.name} is not allowed to ${right}; grant the verb ${verb} on ${resource}.${group}, ` +
      `for example with the ClusterRole ${ROLES_BY_RIGHT[right]}`;
    throw new RollcallError('PERMISSION_DENIED', said, { metadata: { right } });
  }
}

function isSameAgent(caller: Caller, { name, agentNode: speaksFor }: Caller): boolean {
  if (caller.name !== name || caller.agentNode?.kind !== 'node' || speaksFor?.kind !== 'node') return false;
  return caller.agentNode.node === speaksFor.node;
}

const AGENT_CREDENTIALS =
  'use the ServiceAccount of --agent-service-account or a client certificate of rollcall:agents';

/** Removes the token from the metadata, so that no handler can log or store it. */
function takeToken(metadata: Metadata): string | null {
  const values = metadata.get('authorization').map(String);
  metadata.remove('authorization');
  if (values.length === 0) return null;
  const match = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(values[0] ?? '');
  // An invalid header counts as an unknown token, not as no token.
  return values.length === 1 && match?.[1] !== undefined && match[1].length <= TOKEN_LENGTH_MAX ? match[1] : '';
}

/** Returns `Service/Method` for `/package.Service/Method`. */
function methodOf(path: string): string {
  return path.slice(path.lastIndexOf('.', path.lastIndexOf('/')) + 1);
}
