/** Something that a request of an API can say in its path or query. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  ...{ name, type, description },
  in: 'query',
});

export const namespaceParameter: Parameter = {
  name: 'namespace',
  in: 'path',
  type: 'string',
  description: 'The namespace of the objects.',
};

export const nameParameter: Parameter = {
  name: 'name',
  in: 'path',
  type: 'string',
  description: 'The name of the object.',
};

const dryRun = query(
  'dryRun',
  'string',
  'When it is All, the request is checked and answered as usual, but nothing is written.',
);

export const writeParameters: readonly Parameter[] = [
  dryRun,
  query('fieldManager', 'string', 'The name of whoever makes the changes.'),
  query(
    'fieldValidation',
    'string',
    'What happens to unknown and repeated fields: Ignore drops them, Warn (the default) drops them and answers with a warning, Strict refuses the request.',
  ),
];

export const forceParameter = query(
  'force',
  'boolean',
  'Whether an apply request takes fields from their other managers.',
);

export const listParameters: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean', 'Whether a watch is told how far it has come.'),
  query('continue', 'string', 'Where the next part of a list begins, as the answer before said.'),
  query('fieldSelector', 'string', 'Selects objects by their fields.'),
  query('labelSelector', 'string', 'Selects objects by their labels.'),
  query('limit', 'integer', 'The largest number of objects in an answer.'),
  query('resourceVersion', 'string', 'The version from which objects or changes are of interest.'),
  query('resourceVersionMatch', 'string', 'What resourceVersion means for a list.'),
  query('sendInitialEvents', 'boolean', 'Whether a watch begins with the objects that are there.'),
  query('timeoutSeconds', 'integer', 'After which time the request ends.'),
  query('watch', 'boolean', 'Whether changes are told as they happen.'),
];

export const deleteParameters: readonly Parameter[] = [
  dryRun,
  query('gracePeriodSeconds', 'integer', 'The time until the object must be gone.'),
  query(
    'propagationPolicy',
    'string',
    'What becomes of the objects that this one owns: Background, Foreground or Orphan.',
  ),
];
