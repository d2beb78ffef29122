/** `rollcall audit export` and `backup`: writes events as text, and the journal as a file. */
import { createHash } from 'node:crypto';
import { EXIT, RollcallError } from '../../shared/errors.ts';
import type { BackupStart__Output } from '../../shared/rpc/generated/rollcall/v1/BackupStart.ts';
import { exportFormatCodec } from '../../shared/rpc/wire-words.ts';
import type { AuditClient } from '../client/audit-client.ts';
import type { Context } from '../context.ts';
import type { Io } from '../io.ts';
import { parseTimeRange, timeRangeToWire } from '../moment/time-range.ts';
import { bytesText, Progress } from '../output/progress.ts';
import { writeWholeFile } from '../output/whole-file.ts';
import { anchorText, headView } from '../view/audit-view.ts';
import { present } from '../view/wire-fields.ts';
import { type BackupOptions, type ExportOptions } from './audit-options.ts';

/** As a file name, means standard output. */
const STANDARD_OUTPUT = '-';

/** Streams the events, so that the export never has to fit into memory. */
export async function exportEvents(context: Context, options: ExportOptions): Promise<number> {
  const { format, filename, force } = options;
  const request = {
    format: exportFormatCodec.toWire(format),
    range: timeRangeToWire(parseTimeRange(options, context.here)),
  };
  await context.audit(async (auditor) => {
    const pieces = counted(auditor.exportEvents(request), new Progress(context.io, 'exporting', bytesText));
    if (filename === undefined || filename === STANDARD_OUTPUT) {
      for await (const piece of pieces) context.io.stdout.write(piece);
    } else {
      await writeWholeFile(filename, pieces, { replace: force });
    }
  });
  return EXIT.ok;
}

/** Compares the file with the digest from the coordinator before giving it its name. */
export async function backUp(context: Context, { force }: BackupOptions, path: string): Promise<number> {
  let start: BackupStart__Output | null = null;
  await context.audit((auditor) =>
    writeWholeFile(
      path,
      backupPieces(auditor, context.io, (received) => {
        start = received;
      }),
      { replace: force },
    ),
  );
  const { totalBytes, head, storeId } = present(start as BackupStart__Output | null, 'start');
  const anchor = anchorText(headView(present(head, 'head')));
  const view = { path, bytes: Number(totalBytes), anchor, storeId };
  await context.answer(view, () => `${path}: ${bytesText(view.bytes)}, store ${storeId}, head ${anchor}\n`);
  return EXIT.ok;
}

async function* counted(pieces: AsyncGenerator<string>, progress: Progress): AsyncGenerator<string> {
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      yield piece;
      bytes += Buffer.byteLength(piece);
      progress.emit(bytes, 0);
    }
  } finally {
    progress.done();
  }
}

async function* backupPieces(
  auditor: AuditClient,
  io: Io,
  begin: (start: BackupStart__Output) => void,
): AsyncGenerator<Uint8Array> {
  const copying = new Progress(io, 'copying', bytesText);
  const receiving = new Progress(io, 'receiving', bytesText);
  const hash = createHash('sha256');
  let bytes = 0;
  let totalBytes = 0;
  let digest: Buffer | null = null;
  try {
    for await (const { start, chunk, end } of auditor.createBackup((done, total) => copying.emit(done, total))) {
      if (start) {
        begin(start);
        totalBytes = Number(start.totalBytes);
      } else if (chunk) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
        receiving.emit(bytes, totalBytes);
      } else if (end) {
        digest = end.digest;
      }
    }
  } finally {
    copying.done();
    receiving.done();
  }
  if (digest === null || bytes !== totalBytes || !hash.digest().equals(digest)) {
    throw new RollcallError('BACKUP_FAILED', 'the backup was damaged in transit and was discarded; try again');
  }
}
