import {
  type Field,
  type MessageType,
  boolean,
  integer,
  json,
  message,
  messages,
  text,
  textMap,
  texts,
  time,
} from './message-type.ts';

/** The messages of k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto. */

const ownerReference: MessageType = {
  1: text('kind'),
  3: text('name'),
  4: text('uid'),
  5: text('apiVersion'),
  6: boolean('controller'),
  7: boolean('blockOwnerDeletion'),
};

const managedFields: MessageType = {
  1: text('manager'),
  2: text('operation'),
  3: text('apiVersion'),
  4: time('time'),
  6: text('fieldsType'),
  7: json('fieldsV1'),
  8: text('subresource'),
};

const objectMeta: MessageType = {
  1: text('name'),
  2: text('generateName'),
  3: text('namespace'),
  5: text('uid'),
  6: text('resourceVersion'),
  7: integer('generation'),
  8: time('creationTimestamp'),
  9: time('deletionTimestamp'),
  10: integer('deletionGracePeriodSeconds'),
  11: textMap('labels'),
  12: textMap('annotations'),
  13: messages('ownerReferences', ownerReference),
  14: texts('finalizers'),
  17: messages('managedFields', managedFields),
};

export const metadata: Field = message('metadata', objectMeta);

export const deleteOptions: MessageType = {
  1: integer('gracePeriodSeconds'),
  2: message('preconditions', { 1: text('uid'), 2: text('resourceVersion') }),
  3: boolean('orphanDependents'),
  4: text('propagationPolicy'),
  5: texts('dryRun'),
};

export const labelSelector: MessageType = {
  1: textMap('matchLabels'),
  2: messages('matchExpressions', { 1: text('key'), 2: text('operator'), 3: texts('values') }),
};
