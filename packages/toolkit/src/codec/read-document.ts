import type * as v from 'valibot';
import { LineCounter } from 'yaml';
import { assertNone, manifestInvalid } from './errors.ts';
import { parseYaml, plainValue } from './parse-yaml.ts';
import { checkAt, position } from './place.ts';

/** The most that a file of settings may hold, in characters. */
const sizeLimit = 2 ** 20;

/**
 * Reads a YAML or JSON text that has one document, as strictly as manifests are read.
 * @throws CodedError MANIFEST_INVALID with all that is wrong, and where
 */
export function readDocument<Schema extends v.GenericSchema>(
  text: string,
  file: string,
  schema: Schema,
): v.InferOutput<Schema> {
  const start = { file, line: 1, column: 1 };
  if (text.length > sizeLimit) throw manifestInvalid(start, 'it is larger than 1 MiB', 'use another file');
  const lines = new LineCounter();
  const source = { file, lines };
  const [document, ...more] = parseYaml(text, { lineCounter: lines });
  if (!document || more.length > 0)
    throw manifestInvalid(start, 'it must have one document', 'move other documents to other files');
  const [error] = document.errors;
  if (error) {
    const [message = ''] = error.message.split('\n');
    throw manifestInvalid(
      position(error.pos[0], source),
      message,
      'fix the YAML or JSON at that place',
      error,
    );
  }
  const { output, problems } = checkAt(schema, plainValue(document), [], { document, at: [], source });
  assertNone(problems);
  return output as v.InferOutput<Schema>; // there is one, since there are no problems
}
