import { type CelObjectType, objectType } from '@bufbuild/cel';
import { create, createFileRegistry } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';

/** A type of values that expressions can only pass to functions, such as the addresses of networks. */
export interface OpaqueType {
  readonly type: CelObjectType;
  /** Returns the value that a text stands for. Values are equal if their texts are. */
  readonly of: (text: string) => ReflectMessage;
  readonly textOf: (value: ReflectMessage) => string;
}

/**
 * Defines a type by its name, such as `net.IP`. The library knows values of types of its own only as messages, so
 * that each type is a message with one text.
 */
export function opaqueType(fullName: string): OpaqueType {
  const [namespace, name = ''] = fullName.split('.', 2);
  const registry = createFileRegistry(
    create(FileDescriptorProtoSchema, {
      name: `${fullName}.proto`,
      package: namespace!,
      syntax: 'proto3',
      messageType: [
        {
          name,
          field: [
            {
              name: 'text',
              number: 1,
              type: FieldDescriptorProto_Type.STRING,
              label: FieldDescriptorProto_Label.OPTIONAL,
            },
          ],
        },
      ],
    }),
    () => undefined,
  );
  const message = registry.getMessage(fullName)!;
  const field = message.fields[0]!;
  return {
    type: objectType(message),
    of: (text) => {
      const value = reflect(message);
      value.set(field, text);
      return value;
    },
    textOf: (value) => value.get(field) as string,
  };
}
