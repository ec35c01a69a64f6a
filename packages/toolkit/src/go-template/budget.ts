/** How much a template may do, for templates of people who are not trusted. */
export interface TemplateLimits {
  /** The number of parts of the template that may be carried out, those in loops each time. */
  readonly steps: number;
  /** The number of characters that may be written, and that a value may have. */
  readonly characters: number;
}

/** What a rendering may still do. */
export class Budget {
  readonly #characters: number;
  #steps: number;
  #written = 0;

  constructor({ steps, characters }: TemplateLimits = { steps: Infinity, characters: Infinity }) {
    this.#steps = steps;
    this.#characters = characters;
  }

  /** Takes a step. Returns whether it may be taken. */
  step(): boolean {
    this.#steps -= 1;
    return this.#steps >= 0;
  }

  /** Notes what is written. Returns whether that is still allowed. */
  write(text: string): boolean {
    this.#written += text.length;
    return this.#written <= this.#characters;
  }

  /** Tells whether a value is small enough to go on with. */
  allows(value: unknown): boolean {
    return typeof value !== 'string' || value.length <= this.#characters;
  }
}
