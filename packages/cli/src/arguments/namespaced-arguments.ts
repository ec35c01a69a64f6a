import { resourceNamed } from '@ignite/toolkit/scheme/resource';
import { allKinds } from './listed-kinds.ts';
import { type Placeholder, choicesAt, parseOperands } from './operand.ts';

/** Uids as Ignite and as Kubernetes makes them. An object has the same one in every namespace. */
const wholeUid = /^(?:[0-9a-f]{16}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * Pure. Returns the arguments of a command with the namespace before each name that stands for an object in one: `web` is
 * `prod/web` in `prod`, `vm/web` is `vm/prod/web`, and `web:/etc` is `prod/web:/etc`. What names a namespace already
 * stays, and so does a whole uid. `usage` are the positional arguments as the help shows them.
 */
export function namespacedArguments(
  namespace: string,
  usage: string,
  args: readonly string[],
): readonly string[] {
  const operands = parseOperands(usage);
  const kindWord = args.length > 1 ? args[0]! : 'vm';
  return args.map((text, at) => {
    const choices = choicesAt(operands, at);
    // The first of several words is the kind of the others.
    const own = at === 0 && args.length > 1 ? choices.filter(({ kind }) => kind !== 'named-object') : choices;
    return (
      own.map((choice) => within(namespace, text, choice, kindWord)).find((found) => found !== text) ?? text
    );
  });
}

function within(namespace: string, text: string, choice: Placeholder, kindWord: string): string {
  switch (choice.kind) {
    case 'object':
      return isNamespaced(choice.of) ? nameWithin(namespace, text) : text;
    case 'named-object':
      return isNamespaced(kindWord) ? nameWithin(namespace, text) : text;
    case 'kind':
    case 'key': {
      const [, kind = '', name = ''] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
      return isNamespaced(kind) ? `${kind}/${nameWithin(namespace, name)}` : text;
    }
    case 'vm-path': {
      const [, name = '', path = ''] = /^([^/.:][^/:]*)(:.*)$/s.exec(text) ?? [];
      return name === '' ? text : `${nameWithin(namespace, name)}${path}`;
    }
    case 'literal':
    case 'file':
    case 'directory':
    case 'token':
    case 'context':
    case 'anything':
      return text;
  }
}

const nameWithin = (namespace: string, name: string): string =>
  name === '' || name.includes('/') || wholeUid.test(name) ? name : `${namespace}/${name}`;

const isNamespaced = (word: string): boolean => resourceNamed(word, allKinds)?.scope === 'Namespaced';
