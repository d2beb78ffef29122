/** Formats JSON and YAML: whole documents, JSON lines, and documents that are written item by item. */

/** Indented by two spaces, with a trailing newline. */
export function jsonDocument(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** Loads the YAML library on use, because loading takes longer than the rest of the command. */
export async function yamlDocument(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Writes a list, or an object whose first field is a list, item by item. The list never has to fit into memory. */
export interface DocumentStream {
  item(value: unknown): Promise<void>;
  /** `rest` holds the other fields of an object. */
  end(rest?: object): Promise<void>;
}

type Write = (text: string) => void;

/** `field` is the name of the list if the document is an object. The output equals that of the whole document. */
export function documentStream(format: 'json' | 'yaml', write: Write, field?: string): DocumentStream {
  return format === 'json' ? new JsonStream(write, field) : new YamlStream(write, field);
}

class JsonStream implements DocumentStream {
  readonly #write: Write;
  readonly #field: string | undefined;
  readonly #indent: string;
  #count = 0;

  constructor(write: Write, field: string | undefined) {
    this.#write = write;
    this.#field = field;
    this.#indent = field === undefined ? '' : '  ';
  }

  async item(value: unknown): Promise<void> {
    const lineBreak = `\n${this.#indent}  `;
    const text = JSON.stringify(value, null, 2).replaceAll('\n', lineBreak);
    this.#write(`${this.#count === 0 ? this.#head : ','}${lineBreak}${text}`);
    this.#count += 1;
  }

  async end(rest: object = {}): Promise<void> {
    const list = this.#count === 0 ? `${this.#head}]` : `\n${this.#indent}]`;
    const fields = Object.keys(rest).length === 0 ? '\n}' : `,${JSON.stringify(rest, null, 2).slice(1)}`;
    this.#write(`${list}${this.#field === undefined ? '' : fields}\n`);
  }

  get #head(): string {
    return this.#field === undefined ? '[' : `{\n  ${JSON.stringify(this.#field)}: [`;
  }
}

class YamlStream implements DocumentStream {
  readonly #write: Write;
  readonly #field: string | undefined;
  #count = 0;

  constructor(write: Write, field: string | undefined) {
    this.#write = write;
    this.#field = field;
  }

  async item(value: unknown): Promise<void> {
    const text = await yamlDocument(this.#named([value]));
    const isHeadWritten = this.#field !== undefined && this.#count > 0;
    this.#write(isHeadWritten ? text.slice(text.indexOf('\n') + 1) : text);
    this.#count += 1;
  }

  async end(rest: object = {}): Promise<void> {
    if (this.#count === 0) this.#write(await yamlDocument(this.#named([])));
    if (this.#field !== undefined && Object.keys(rest).length > 0) this.#write(await yamlDocument(rest));
  }

  #named(list: readonly unknown[]): unknown {
    return this.#field === undefined ? list : { [this.#field]: list };
  }
}
