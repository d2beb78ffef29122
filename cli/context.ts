/** What every command works with: the global options as values, and how to answer in the format asked for. */

import type { AsOf } from '../shared/model/as-of.ts';
import type { Moment } from '../shared/rpc/wire-moment.ts';
import type { AuditClient } from './client/audit-client.ts';
import type { Connection } from './client/grpc-calls.ts';
import type { QueryClient } from './client/query-client.ts';
import { suggestName } from './client/suggest-name.ts';
import type { ConnectOptions } from './connect/connect.ts';
import type { Right } from './connect/through-kubeconfig.ts';
import type { Io } from './io.ts';
import { type Here, parseMoment } from './moment/parse-moment.ts';
import { type DocumentStream, documentStream, jsonDocument, yamlDocument } from './output/document.ts';
import { createStyle, type Style, speaksUtf8, wantsColor } from './output/style.ts';
import type { TableOptions } from './output/table.ts';
import { asOfLine } from './render/moments.ts';
import type { RenderOptions } from './render/render-options.ts';
import { asOfView } from './view/moment-view.ts';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'svg'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The global options, as commander hands them over. */
export interface GlobalOptions extends ConnectOptions {
  readonly requestTimeout: number;
  readonly namespace: string;
  readonly output: OutputFormat;
  readonly color: boolean;
}

export class Context {
  readonly io: Io;
  readonly globals: GlobalOptions;
  readonly style: Style;

  constructor(io: Io, globals: GlobalOptions) {
    this.io = io;
    this.globals = globals;
    const { environment, isTTY } = io;
    this.style = createStyle({
      color: wantsColor(environment, isTTY, globals.color),
      utf8: speaksUtf8(environment),
    });
  }

  get render(): RenderOptions {
    const { io, style } = this;
    const wide = this.globals.output === 'wide';
    const columns = io.isTTY && !wide ? io.columns : undefined;
    return { style, nowMs: io.clock.nowMs(), wide, columns };
  }

  get table(): TableOptions {
    const { wide, columns, style } = this.render;
    return { wide, columns, style };
  }

  /** How wide a drawing may be: as the terminal, or as COLUMNS says; undefined where nothing is known. */
  get drawingColumns(): number | undefined {
    const { isTTY, columns, environment } = this.io;
    return (isTTY ? columns : Number(environment['COLUMNS'])) || undefined;
  }

  /** `text` as it was typed after `option`, for example `--at`; `null`: now. @throws UsageError */
  moment(text: string | undefined, option: string): Moment | null {
    return text === undefined ? null : parseMoment(text, option, this.here);
  }

  /** What times without a zone, and times ago, are reckoned from. */
  get here(): Here {
    return { nowMs: this.io.clock.nowMs(), timeZone: this.io.timeZone };
  }

  /** Prints `value` as JSON or YAML, or what `text` makes of it for people. */
  async answer(value: unknown, text: () => string | Promise<string>): Promise<void> {
    this.io.stdout.write(await this.#format(value, text));
  }

  /**
   * For an answer that may be too long for memory: the JSON or YAML document to write it to, a list or an object that begins with
   * the list `field`; `null` where people are answered.
   */
  document(field?: string): DocumentStream | null {
    const { output } = this.globals;
    if (output !== 'json' && output !== 'yaml') return null;
    return documentStream(output, (text) => this.io.stdout.write(text), field);
  }

  /**
   * Asks about the moment of `--at`, and prints the answer as `text` would have printed it then; with the moment where it is not
   * now, also because the coordinator cannot write and tells what is on disk.
   */
  async answerAt<Answer extends object>(
    at: string | undefined,
    question: (coordinator: QueryClient) => Promise<Answer>,
    text: (answer: Answer, render: RenderOptions) => string,
  ): Promise<Answer> {
    const moment = this.moment(at, '--at');
    const { answer, asOf } = await this.ask(async (coordinator) => {
      const answered = await question(coordinator);
      return { answer: answered, asOf: coordinator.asOf };
    }, moment);
    await this.answerAsOf(asOf?.isFromJournal === true ? asOf : null, answer, (render) => text(answer, render));
    return answer;
  }

  /** Prints an answer with the moment that it is of; `null`: now. */
  async answerAsOf(asOf: AsOf | null, answer: object, text: (render: RenderOptions) => string): Promise<void> {
    if (asOf === null) return this.answer(answer, () => text(this.render));
    const document = Array.isArray(answer) ? answer : { asOf: asOfView(asOf), ...answer };
    const then = { ...this.render, nowMs: asOf.timeMs };
    return this.answer(document, () => `${asOfLine(asOf, then)}\n${text(then)}`);
  }

  /** Asks about the moment, by default about now. `right` is what the question needs. */
  async ask<Answer>(
    question: (coordinator: QueryClient) => Promise<Answer>,
    at: Moment | null = null,
    right: Right = 'read',
  ): Promise<Answer> {
    const { connectQueryClient } = await import('./client/query-client.ts');
    return this.#reach(right, async (connection) => {
      const coordinator = connectQueryClient(connection, at);
      try {
        return await question(coordinator);
      } catch (error) {
        throw await suggestName(error, coordinator);
      } finally {
        coordinator.close();
      }
    });
  }

  /** Asks the audit service; Ctrl-C ends what takes long, in good order. */
  async audit<Answer>(
    question: (auditor: AuditClient) => Promise<Answer>,
    right: Right = 'administer',
  ): Promise<Answer> {
    const { connectAuditClient } = await import('./client/audit-client.ts');
    return this.#reach(right, async (connection) => {
      const auditor = connectAuditClient(connection, this.io.untilInterrupted());
      try {
        return await question(auditor);
      } finally {
        auditor.close();
      }
    });
  }

  /** gRPC is loaded only here. */
  async #reach<Answer>(right: Right, use: (connection: Connection) => Promise<Answer>): Promise<Answer> {
    const { connectToCoordinator } = await import('./connect/connect.ts');
    const reached = await connectToCoordinator(this.globals, right, this.io);
    try {
      return await use({ ...reached, requestTimeoutMs: this.globals.requestTimeout, clock: this.io.clock });
    } finally {
      reached.close();
    }
  }

  #format(value: unknown, text: () => string | Promise<string>): Promise<string> | string {
    switch (this.globals.output) {
      case 'json':
        return jsonDocument(value);
      case 'yaml':
        return yamlDocument(value);
      case 'table':
      case 'wide':
      case 'svg':
        return text();
    }
  }
}
