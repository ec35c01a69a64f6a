import { sizeOf } from './size.ts';
import type { GoValue } from './value.ts';

/** How much a template may do, for templates of people who are not trusted. */
export interface TemplateLimits {
  /** The number of parts of the template that may be carried out, those in loops each time. */
  readonly steps: number;
  /** The number of characters that may be written, and the size that a value may have. */
  readonly characters: number;
  /** The size of all values together that functions may take and make. */
  readonly work: number;
}

const unlimited: TemplateLimits = { steps: Infinity, characters: Infinity, work: Infinity };

/** What a rendering may still do. */
export class Budget {
  readonly #characters: number;
  #steps: number;
  #work: number;
  #written = 0;

  constructor({ steps, characters, work }: TemplateLimits = unlimited) {
    this.#steps = steps;
    this.#characters = characters;
    this.#work = work;
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

  /** Notes what a function or a loop is given. Returns whether that is still allowed. */
  takes(values: readonly GoValue[]): boolean {
    return values.every((value) => this.#charge(value) < Infinity);
  }

  /** Notes what a function has made. Returns whether it is small enough to go on with. */
  makes(value: GoValue): boolean {
    return this.#charge(value) <= this.#characters;
  }

  /** Returns the size of a value; `Infinity` if there is no budget for it. */
  #charge(value: GoValue): number {
    if (this.#work === Infinity) return 0;
    const size = sizeOf(value, this.#work);
    this.#work -= size;
    return size;
  }
}
