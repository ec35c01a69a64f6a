import type { KubeObject } from '../object/kube-object.ts';

/** The length of all texts that are kept. */
const mostCharacters = 4 * 2 ** 20;

/**
 * The objects that were read last, by their texts, so that who reads the same again need not parse and check it. They
 * are kept until memory is collected.
 */
export class RecentObjects {
  #objects = new WeakRef(new Map<string, KubeObject>());
  #characters = 0;

  get(text: string): KubeObject | undefined {
    return this.#objects.deref()?.get(text);
  }

  set(text: string, object: KubeObject): void {
    let objects = this.#objects.deref();
    if (!objects || this.#characters + text.length > mostCharacters) {
      objects = new Map();
      this.#objects = new WeakRef(objects);
      this.#characters = 0;
    }
    objects.set(text, object);
    this.#characters += text.length;
  }
}
