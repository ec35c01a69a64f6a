import * as v from 'valibot';
import { type Document, LineCounter, isScalar } from 'yaml';
import { errorText } from '../errors/error-text.ts';
import { manifestInvalid } from './errors.ts';
import { parseYaml, plainValue } from './parse-yaml.ts';
import { type Place, type Source, position } from './place.ts';

const sizeLimit = 16 * 2 ** 20;

/** An object as it stands in a text, and where. Nothing of it has been checked. */
export interface RawObject {
  readonly raw: unknown;
  readonly place: Place;
}

/**
 * Reads the documents of a YAML or JSON text, with the items of lists of kind `List` one by one.
 * @throws CodedError MANIFEST_INVALID if the text is not YAML, or too large
 */
export function readRawObjects(text: string, file: string): readonly RawObject[] {
  if (text.length > sizeLimit) {
    const hint = 'split it into several files';
    throw manifestInvalid({ file, line: 1, column: 1 }, 'it is larger than 16 MiB', hint);
  }
  const lines = new LineCounter();
  const source = { file, lines };
  return parseYaml(text, { lineCounter: lines })
    .filter((document) => !isEmpty(document) || document.errors.length > 0)
    .flatMap((document) => objectsOf(document, source));
}

function objectsOf(document: Document.Parsed, source: Source): readonly RawObject[] {
  const [error] = document.errors;
  if (error) {
    const hint =
      error.code === 'RESOURCE_EXHAUSTION'
        ? 'write out the values instead'
        : 'fix the YAML or JSON at that place';
    throw manifestInvalid(position(error.pos[0], source), firstLine(error.message), hint, error);
  }
  const raw = plain(document, source);
  const list = v.safeParse(listSchema, raw);
  if (!list.success) return [{ raw, place: { document, at: [], source } }];
  return list.output.items.map((item, at) => ({
    raw: item,
    place: { document, at: ['items', String(at)], source },
  }));
}

/** The schema of a `List`. It is strict, because the place of each item is looked up among the fields. */
const listSchema = v.strictObject({
  apiVersion: v.literal('v1'),
  kind: v.literal('List'),
  metadata: v.optional(v.unknown()),
  items: v.array(v.unknown()),
});

const isEmpty = ({ contents }: Document.Parsed): boolean =>
  contents === null || (isScalar(contents) && contents.value === null);

function plain(document: Document.Parsed, source: Source): unknown {
  try {
    return plainValue(document);
  } catch (failure) {
    const what = errorText(failure).startsWith('Unresolved alias')
      ? 'an alias has no anchor'
      : 'it has too many aliases';
    throw manifestInvalid(position(0, source), what, 'write out the values instead', failure);
  }
}

const firstLine = (text: string): string => text.split('\n')[0]!.replace(/ at line \d+.*$/, '');
