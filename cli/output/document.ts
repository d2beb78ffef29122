/** Writes an answer as one JSON or YAML document, or as one JSON object on a line. */

/** Two spaces deep, keys in the order of the documentation, ending with a line break. */
export function jsonDocument(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The YAML library takes longer to load than the rest of the command, so only those who ask for YAML wait. */
export async function yamlDocument(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** A list, or an object of which the first field is one. */
export interface DocumentStream {
  item(value: unknown): Promise<void>;
  /** `rest`: the other fields of an object. */
  end(rest?: object): Promise<void>;
}

type Write = (text: string) => void;

/** `field`: the name of the list, where the document is an object. */
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
