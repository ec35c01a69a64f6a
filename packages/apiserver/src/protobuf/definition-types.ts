import {
  type Field,
  type MessageType,
  boolean,
  count,
  double,
  flag,
  integer,
  json,
  message,
  messageMap,
  messages,
  text,
  texts,
  time,
} from './message-type.ts';
import { metadata } from './meta-types.ts';
import { clientConfig } from './webhook-types.ts';

/** The messages of k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/generated.proto. */

const validationRule: MessageType = {
  1: text('rule'),
  2: text('message'),
  3: text('messageExpression'),
  4: text('reason'),
  5: text('fieldPath'),
  6: boolean('optionalOldSelf'),
};

const schema: Record<number, Field> = {
  1: text('id'),
  2: text('$schema'),
  3: text('$ref'),
  4: text('description'),
  5: text('type'),
  6: text('format'),
  7: text('title'),
  8: json('default'),
  9: double('maximum'),
  10: flag('exclusiveMaximum'),
  11: double('minimum'),
  12: flag('exclusiveMinimum'),
  13: integer('maxLength'),
  14: integer('minLength'),
  15: text('pattern'),
  16: integer('maxItems'),
  17: integer('minItems'),
  18: flag('uniqueItems'),
  19: double('multipleOf'),
  20: { ...json('enum'), many: 'list' },
  21: integer('maxProperties'),
  22: integer('minProperties'),
  23: texts('required'),
  35: message('externalDocs', { 1: text('description'), 2: text('url') }),
  36: json('example'),
  37: flag('nullable'),
  38: boolean('x-kubernetes-preserve-unknown-fields'),
  39: flag('x-kubernetes-embedded-resource'),
  40: flag('x-kubernetes-int-or-string'),
  41: texts('x-kubernetes-list-map-keys'),
  42: text('x-kubernetes-list-type'),
  43: text('x-kubernetes-map-type'),
  44: messages('x-kubernetes-validations', validationRule),
};

const schemaOrList: Pick<Field, 'type' | 'meant'> = {
  type: { 1: message('one', schema), 2: messages('several', schema) },
  meant: ({ one, several }) => several ?? one,
};
const schemaOrBoolean: Pick<Field, 'type' | 'meant'> = {
  type: { 1: boolean('allows'), 2: message('one', schema) },
  meant: ({ allows = false, one }) => one ?? allows,
};
const schemaOrTexts: Pick<Field, 'type' | 'meant'> = {
  type: { 1: message('one', schema), 2: texts('several') },
  meant: ({ one, several }) => several ?? one,
};

/** These contain schemas themselves. */
const inner: MessageType = {
  24: { name: 'items', ...schemaOrList },
  25: messages('allOf', schema),
  26: messages('oneOf', schema),
  27: messages('anyOf', schema),
  28: message('not', schema),
  29: messageMap('properties', schema),
  30: { name: 'additionalProperties', ...schemaOrBoolean },
  31: messageMap('patternProperties', schema),
  32: { name: 'dependencies', many: 'map', ...schemaOrTexts },
  33: { name: 'additionalItems', ...schemaOrBoolean },
  34: messageMap('definitions', schema),
};
Object.assign(schema, inner);

const names: MessageType = {
  1: text('plural'),
  2: text('singular'),
  3: texts('shortNames'),
  4: text('kind'),
  5: text('listKind'),
  6: texts('categories'),
};

const column: MessageType = {
  1: text('name'),
  2: text('type'),
  3: text('format'),
  4: text('description'),
  5: count('priority'),
  6: text('jsonPath'),
};

const scale: MessageType = {
  1: text('specReplicasPath'),
  2: text('statusReplicasPath'),
  3: text('labelSelectorPath'),
};

const version: MessageType = {
  1: text('name'),
  2: boolean('served'),
  3: boolean('storage'),
  4: message('schema', { 1: message('openAPIV3Schema', schema) }),
  5: message('subresources', { 1: message('status', {}), 2: message('scale', scale) }),
  6: messages('additionalPrinterColumns', column),
  7: flag('deprecated'),
  8: text('deprecationWarning'),
  9: messages('selectableFields', { 1: text('jsonPath') }),
};

const conversion: MessageType = {
  1: text('strategy'),
  2: message('webhook', { 2: message('clientConfig', clientConfig), 3: texts('conversionReviewVersions') }),
};

const condition: MessageType = {
  1: text('type'),
  2: text('status'),
  3: time('lastTransitionTime'),
  4: text('reason'),
  5: text('message'),
  6: count('observedGeneration'),
};

export const customResourceDefinition: MessageType = {
  1: metadata,
  2: message('spec', {
    1: text('group'),
    3: message('names', names),
    4: text('scope'),
    7: messages('versions', version),
    9: message('conversion', conversion),
    10: flag('preserveUnknownFields'),
  }),
  3: message('status', {
    1: messages('conditions', condition),
    2: message('acceptedNames', names),
    3: texts('storedVersions'),
    4: count('observedGeneration'),
  }),
};
