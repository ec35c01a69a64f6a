import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Method } from './operations.ts';
import type { V2Definition, V2Document, V2Operation } from './v2-document.ts';

/**
 * Returns an OpenAPI v2 document in protobuf, as far as kubectl reads it. The numbers of the fields are those of
 * gnostic's message `openapi.v2.Document`.
 */
export function v2Protobuf({ swagger, info, paths, definitions }: V2Document): Uint8Array {
  const writer = new BinaryWriter();
  text(writer, 1, swagger);
  message(writer, 2, (to) => {
    text(to, 1, info.title);
    text(to, 2, info.version);
  });
  message(writer, 8, (to) => named(to, 2, paths, pathItem));
  message(writer, 9, (to) => named(to, 1, definitions, schema));
  return writer.finish();
}

type Write<T> = (writer: BinaryWriter, value: T) => void;

function text(writer: BinaryWriter, field: number, value: string | undefined): void {
  if (value) writer.tag(field, 2).string(value);
}

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  write(writer.tag(field, 2).fork());
  writer.join();
}

/** Writes each entry as a message of its name and its value. */
function named<T>(
  writer: BinaryWriter,
  field: number,
  entries: Readonly<Record<string, T>>,
  write: Write<T>,
): void {
  for (const [name, value] of Object.entries(entries))
    message(writer, field, (to) => {
      text(to, 1, name);
      message(to, 2, (of) => write(of, value));
    });
}

const methodFields: Readonly<Record<Method, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function pathItem(writer: BinaryWriter, item: V2Document['paths'][string]): void {
  for (const [method, each] of Object.entries(item))
    message(writer, methodFields[method as Method], (to) => operation(to, each));
}

function operation(writer: BinaryWriter, { operationId, parameters, responses, ...more }: V2Operation): void {
  text(writer, 5, operationId);
  for (const parameter of parameters)
    message(writer, 8, (item) => message(item, 1, (to) => writeParameter(to, parameter)));
  message(writer, 9, (to) =>
    named(to, 1, responses, (value, response) =>
      message(value, 1, (of) => text(of, 1, response.description)),
    ),
  );
  extensions(writer, 13, more);
}

/** A parameter of a query or of a path, which are two kinds of the parameters that are not in the body. */
const writeParameter: Write<V2Operation['parameters'][number]> = (writer, parameter) => {
  const isOfPath = parameter.in === 'path';
  message(writer, 2, (nonBody) =>
    message(nonBody, isOfPath ? 4 : 3, (to) => {
      if (isOfPath) to.tag(1, 0).bool(true);
      text(to, 2, parameter.in);
      text(to, 3, parameter.description);
      text(to, 4, parameter.name);
      text(to, isOfPath ? 5 : 6, parameter.type);
    }),
  );
};

function schema(writer: BinaryWriter, value: V2Definition): void {
  const { format, description, required = [], additionalProperties, type, items, properties } = value;
  text(writer, 2, format);
  text(writer, 4, description);
  for (const name of required) text(writer, 19, name);
  if (typeof additionalProperties === 'object')
    message(writer, 21, (to) => message(to, 1, (of) => schema(of, additionalProperties)));
  if (type !== undefined) message(writer, 22, (to) => text(to, 1, type));
  if (items) message(writer, 23, (to) => message(to, 1, (of) => schema(of, items)));
  if (properties) message(writer, 25, (to) => named(to, 1, properties, schema));
  extensions(writer, 31, value);
}

/** Writes the fields whose names begin with `x-`, each as JSON, which is YAML too. */
function extensions(writer: BinaryWriter, field: number, value: object): void {
  const entries = Object.entries(value).filter(([name]) => name.startsWith('x-'));
  named(writer, field, Object.fromEntries(entries) as Readonly<Record<string, unknown>>, (to, each) =>
    text(to, 2, JSON.stringify(each)),
  );
}
