/**
 * Port forwarding of an API server over a WebSocket (RFC 6455), subprotocol v4.channel.k8s.io, for one port: channel 0 carries the
 * data of the pod, channel 1 carries errors, and each channel starts with the port number.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';

const ACCEPT_SALT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const BINARY = 0x82;
const DATA_CHANNEL = 0;
const ERROR_CHANNEL = 1;

/** A local port instead of the pod's, or the error that the kubelet returns. `ended` closes the connection without an error. */
export type ForwardTarget = number | { readonly error: string } | 'ended';

/** Completes the upgrade on `socket` and forwards data. */
export function forwardPort({ headers, url }: IncomingMessage, socket: Socket, target: ForwardTarget): void {
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${ACCEPT_SALT}`).digest('base64');
  const head = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\n${head.join('\r\n')}\r\nSec-WebSocket-Protocol: v4.channel.k8s.io\r\n\r\n`,
  );
  socket.on('error', () => socket.destroy());
  if (target === 'ended') return void socket.end();
  const port = Buffer.alloc(2);
  port.writeUInt16LE(Number(new URL(url ?? '/', 'http://fake').searchParams.get('ports')));
  for (const channel of [DATA_CHANNEL, ERROR_CHANNEL]) socket.write(frame(channel, port));
  if (typeof target === 'object') return void socket.write(frame(ERROR_CHANNEL, Buffer.from(target.error)));
  const pod = connect(target, '127.0.0.1');
  pod.on('data', (bytes) => socket.write(frame(DATA_CHANNEL, bytes)));
  pod.on('error', () => pod.destroy());
  pod.once('close', () => socket.end());
  socket.once('close', () => pod.destroy());
  let pending = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (let read = readFrame(pending); read !== undefined; read = readFrame(pending)) {
      pending = pending.subarray(read.length);
      if (read.isBinary) pod.write(read.payload.subarray(1));
      else socket.end();
    }
  });
}

function frame(channel: number, bytes: Buffer): Buffer {
  const length = bytes.length + 1;
  const head = length < 126 ? Buffer.from([BINARY, length]) : Buffer.from([BINARY, 127, ...bigEndian(length)]);
  return Buffer.concat([head, Buffer.from([channel]), bytes]);
}

function bigEndian(length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(length));
  return bytes;
}

interface Frame {
  readonly isBinary: boolean;
  readonly payload: Buffer;
  /** Length of the whole frame in bytes. */
  readonly length: number;
}

/** The first frame of a client, unmasked; `undefined` while it is incomplete. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < start + 4) return undefined;
  const size = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  const length = start + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(start, start + 4);
  const payload = Buffer.from(bytes.subarray(start + 4, length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return { isBinary: bytes.readUInt8(0) === BINARY, payload, length };
}
