/** In-memory streams between the session of an agent and a test, which controls them. */
import type { OpenStream, StreamListener } from '../../agent/stream/stream.ts';
import type { RollcallError } from '../../shared/errors.ts';
import { messageCodec } from '../../shared/rpc/contract.ts';
import { ScriptedStream } from '../fakes/scripted-stream.ts';

const REQUEST = messageCodec('rollcall.v1.ConnectRequest');
const RESPONSE = messageCodec('rollcall.v1.ConnectResponse');

export class MemoryLink {
  readonly streams: ScriptedStream[] = [];
  /** While set, every attempt fails with this error immediately, as if no server listens. */
  refusal: RollcallError | null = null;

  readonly open: OpenStream = (listener) => {
    const stream = new ScriptedStream(linkTo(listener, () => stream));
    this.streams.push(stream);
    const { refusal } = this;
    if (refusal !== null) queueMicrotask(() => stream.end(refusal));
    return {
      send: (message) => stream.received.push(REQUEST.deserialize(REQUEST.serialize(message))),
      end: () => (stream.isHalfClosed = true),
      cancel: () => stream.end(null),
    };
  };

  /** The newest stream. */
  get stream(): ScriptedStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new Error('no stream was opened');
    return stream;
  }
}

function linkTo(listener: StreamListener, stream: () => ScriptedStream) {
  const end = (error: RollcallError | null) => {
    if (stream().isGone) return;
    stream().isGone = true;
    listener.ended(error);
  };
  return {
    send: (message: object) => {
      if (!stream().isGone) listener.received(RESPONSE.deserialize(RESPONSE.serialize(message)));
    },
    end,
    drop: () => end(null),
  };
}
