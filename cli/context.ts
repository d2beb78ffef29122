/** What every command works with: the global options as values, and how to answer in the format asked for. */
import type { Coordinator } from './client/coordinator.ts';
import { withNearestName } from './client/nearest.ts';
import type { Io } from './io.ts';
import { jsonDocument, yamlDocument } from './output/document.ts';
import { createStyle, type Style, speaksUtf8, wantsColor } from './output/style.ts';
import type { TableOptions } from './output/table.ts';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The global options, as commander hands them over. */
export interface GlobalOptions {
  readonly server: string;
  readonly requestTimeout: number;
  readonly namespace: string;
  readonly output: OutputFormat;
  readonly color: boolean;
}

export interface RenderOptions {
  readonly style: Style;
  readonly nowMs: number;
  readonly wide: boolean;
  /** Width of the terminal; undefined where nothing may be cut. */
  readonly columns: number | undefined;
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

  /** Prints `value` as JSON or YAML, or what `text` makes of it for people. */
  async answer(value: unknown, text: () => string): Promise<void> {
    this.io.stdout.write(await this.#format(value, text));
  }

  /** Asks the coordinator at `--server`; gRPC is loaded only here. */
  async ask<Answer>(question: (coordinator: Coordinator) => Promise<Answer>): Promise<Answer> {
    const { connect } = await import('./client/coordinator.ts');
    const { server, requestTimeout } = this.globals;
    const coordinator = connect({ server, requestTimeoutMs: requestTimeout, clock: this.io.clock });
    try {
      return await question(coordinator);
    } catch (error) {
      throw await withNearestName(error, coordinator);
    } finally {
      coordinator.close();
    }
  }

  #format(value: unknown, text: () => string): Promise<string> | string {
    switch (this.globals.output) {
      case 'json':
        return jsonDocument(value);
      case 'yaml':
        return yamlDocument(value);
      case 'table':
      case 'wide':
        return text();
    }
  }
}
