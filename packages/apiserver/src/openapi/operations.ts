import type { ResourceVerb } from '../request/request-info.ts';
import { verbsOf } from '../resource/served-resource.ts';
import { type DocumentedKind, apiPathOf } from './documented-kind.ts';
import {
  type Parameter,
  deleteParameters,
  forceParameter,
  listParameters,
  nameParameter,
  namespaceParameter,
  writeParameters,
} from './parameters.ts';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';

/** One thing that requests can do to objects of a kind. */
export interface Operation {
  readonly path: string;
  readonly method: Method;
  /** What Kubernetes calls it, such as `list`. */
  readonly action: string;
  readonly id: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly kind: DocumentedKind;
}

/** What is done at the path of a collection, of an object and of a part of one. */
const ofCollection = ['list', 'post', 'deletecollection'] as const;
const ofObject = ['get', 'put', 'patch', 'delete'] as const;
const ofSubresource = ['get', 'put', 'patch'] as const;
type Action = (typeof ofCollection | typeof ofObject)[number];

const methods: Readonly<Record<Action, Method>> = {
  list: 'get',
  post: 'post',
  deletecollection: 'delete',
  get: 'get',
  put: 'put',
  patch: 'patch',
  delete: 'delete',
};

/** What is asked of an API by each action. */
const askedVerbs: Readonly<Record<Action, ResourceVerb>> = {
  list: 'list',
  post: 'create',
  deletecollection: 'deletecollection',
  get: 'get',
  put: 'update',
  patch: 'patch',
  delete: 'delete',
};

const verbs: Readonly<Record<Action, readonly [id: string, description: string]>> = {
  list: ['list', 'list or watch objects of kind'],
  post: ['create', 'create an object of kind'],
  deletecollection: ['deleteCollection', 'delete several objects of kind'],
  get: ['read', 'read the object of kind'],
  put: ['replace', 'replace the object of kind'],
  patch: ['patch', 'change a part of the object of kind'],
  delete: ['delete', 'delete the object of kind'],
};

const parameters: Readonly<Record<Action, readonly Parameter[]>> = {
  list: listParameters,
  post: writeParameters,
  deletecollection: [...deleteParameters, ...listParameters],
  get: [],
  put: writeParameters,
  patch: [...writeParameters, forceParameter],
  delete: deleteParameters,
};

/** Returns all that requests can do to objects of a kind. */
export function operationsOf(kind: DocumentedKind): readonly Operation[] {
  const root = `/${apiPathOf(kind)}`;
  const collection = `${root}/${kind.isNamespaced ? 'namespaces/{namespace}/' : ''}${kind.resource}`;
  const object = `${collection}/{name}`;
  const isServed = (action: Action): boolean => verbsOf(kind).includes(askedVerbs[action]);
  return [
    ...ofCollection.filter(isServed).map((action) => operation(action, collection, { kind })),
    ...(kind.isNamespaced
      ? [operation('list', `${root}/${kind.resource}`, { kind, scope: 'ForAllNamespaces' })]
      : []),
    ...ofObject.filter(isServed).map((action) => operation(action, object, { kind })),
    ...kind.subresources
      .filter((subresource) => subresource === 'status' || subresource === 'scale')
      .flatMap((subresource) =>
        ofSubresource.map((action) =>
          operation(action, `${object}/${subresource}`, { kind, scope: capitalized(subresource) }),
        ),
      ),
  ];
}

function operation(
  action: Action,
  path: string,
  { kind, scope = '' }: { readonly kind: DocumentedKind; readonly scope?: string },
): Operation {
  const [verb, description] = verbs[action];
  const isInNamespace = path.includes('{namespace}');
  const group = kind.group === '' ? 'core' : kind.group.split('.').map(capitalized).join('');
  return {
    ...{ path, action, kind },
    method: methods[action],
    id: `${verb}${capitalized(group)}${capitalized(kind.version)}${isInNamespace ? 'Namespaced' : ''}${kind.kind}${scope}`,
    description: `${description} ${kind.kind}`,
    parameters: [
      ...(isInNamespace ? [namespaceParameter] : []),
      ...(path.includes('{name}') ? [nameParameter] : []),
      ...parameters[action],
    ],
  };
}

const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
