/** What every call passes before a service sees it, in one order, for every service alike. */
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
  /** The right that a call of `/package.Service/Method` needs. */
  readonly rightOf: (path: string) => Right | 'open';
  /** Lets one more agent try to come in now. @throws RollcallError TOO_MANY_CONNECTS or DRAINING. */
  readonly checkRate: () => void;
}

/** A call on its way through the gate. */
interface PendingCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly right: Right | 'open';
  readonly proof: Credentials;
}

export class AuthInterceptor {
  readonly #options: AuthInterceptorOptions;
  /** By the metadata that a handler gets with its call, which nobody outside can make. */
  readonly #callers = new WeakMap<Metadata, Caller>();

  constructor(options: AuthInterceptorOptions) {
    this.#options = options;
  }

  /** Who makes the call that came with this metadata. */
  callerOf(metadata: Metadata): Caller {
    const caller = this.#callers.get(metadata);
    if (caller === undefined) throw new Error('a call came past the gate');
    return caller;
  }

  /** Puts every call through the gate; `proofOf` tells what the connection of a peer proved. */
  interceptor(proofOf: (peer: string) => ConnectionCredentials): ServerInterceptor {
    return ({ path }, call) =>
      new ServerInterceptingCall(call, {
        start: (next) => {
          next({
            onReceiveMetadata: (metadata, pass) => {
              const peer = call.getPeer();
              const proof = { token: takeToken(metadata), connection: proofOf(peer) };
              this.#let({ path, right: this.#options.rightOf(path), proof }, peer).then(
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
   * An agent proves again who it is, on the stream that `previous` opened.
   * @throws RollcallError where it does not, or where that cannot be found out now.
   */
  async renew(token: string, previous: Caller, peerAddress: string): Promise<Caller> {
    let caller: Caller | null = null;
    try {
      caller = await this.#options.authenticator.authenticate({ token, connection: { kind: 'none' } });
      if (!isSameAgent(caller, previous)) {
        const said = `${caller.name} renewed a stream of ${previous.name}, or one of another node`;
        throw new RollcallError('NODE_IDENTITY_MISMATCH', said);
      }
      return caller;
    } catch (error) {
      if (error instanceof RollcallError) this.#refused({ caller, peerAddress, method: CONNECT, node: '', error });
      throw error;
    }
  }

  /** Journals what was only counted so far. */
  close(): void {
    this.#options.denials.close();
  }

  #refused(denial: Denial): void {
    const { log, denials, refusals } = this.#options;
    const { peerAddress: peer, method, error } = denial;
    log.info({ peer, method, reason: error.reason, detail: error.message }, 'a call was refused');
    refusals.count(error);
    denials.record(denial);
  }

  async #let(passing: PendingCall, peer: string): Promise<Caller> {
    let caller: Caller | null = null;
    try {
      if (passing.right === 'open') return ANONYMOUS;
      // First what costs nothing, so that a crowd at the door costs nothing either.
      if (passing.right === 'connect') this.#options.checkRate();
      caller = await this.#options.authenticator.authenticate(passing.proof);
      await this.#authorize(caller, passing.right);
      return caller;
    } catch (error) {
      const method = methodOf(passing.path);
      if (error instanceof RollcallError) this.#refused({ caller, peerAddress: peer, method, node: '', error });
      else this.#options.log.error({ err: error, where: passing.path }, 'bug: the gate failed');
      throw error;
    }
  }

  async #authorize(caller: Caller, right: Right): Promise<void> {
    if (right === 'connect') {
      if (caller.agentNode !== null) return;
      throw new RollcallError('PERMISSION_DENIED', `${caller.name} is no agent; ${HOW_TO_BE_AN_AGENT}`);
    }
    if (caller.authenticatedBy === 'nothing' || (await this.#options.authenticator.hasRight(caller, right))) return;
    const { group, resource, verb } = RESOURCES_BY_RIGHT[right];
    const said =
      `${caller.name} may not ${right}: it needs the verb ${verb} on ${resource}.${group}, ` +
      `which the ClusterRole ${ROLES_BY_RIGHT[right]} grants`;
    throw new RollcallError('PERMISSION_DENIED', said, { metadata: { right } });
  }
}

function isSameAgent(caller: Caller, { name, agentNode: speaksFor }: Caller): boolean {
  if (caller.name !== name || caller.agentNode?.kind !== 'node' || speaksFor?.kind !== 'node') return false;
  return caller.agentNode.node === speaksFor.node;
}

const HOW_TO_BE_AN_AGENT =
  'an agent has the ServiceAccount that --agent-service-account names, or a certificate of rollcall:agents';

/** Takes the token out, so that nothing behind the gate can log or store it. */
function takeToken(metadata: Metadata): string | null {
  const values = metadata.get('authorization').map(String);
  metadata.remove('authorization');
  if (values.length === 0) return null;
  const match = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(values[0] ?? '');
  // An unusable header is a token that no one knows; it must not count as none.
  return values.length === 1 && match?.[1] !== undefined && match[1].length <= TOKEN_LENGTH_MAX ? match[1] : '';
}

/** `Service/Method` of `/package.Service/Method`. */
function methodOf(path: string): string {
  return path.slice(path.lastIndexOf('.', path.lastIndexOf('/')) + 1);
}
