import type { KubeObject } from '@ignite/toolkit/object/kube-object';
import { usageError } from '../arguments/usage-error.ts';
import { TemplateError } from '@ignite/toolkit/go-template/template-error';
import { parseTemplate } from '@ignite/toolkit/go-template/template';
import { documentView } from '@ignite/legacy/go-view/document-view';
import { objectView } from '@ignite/legacy/go-view/object-view';
import type { ViewContext } from '@ignite/legacy/go-view/view-context';

/**
 * Renders objects by a template in the syntax of Go's text/template. `flag` is where the template was given.
 * @throws CodedError USAGE_INVALID also from what is returned, for fields that an object does not have
 */
export function objectRenderer(
  flag: string,
  template: string,
): (object: KubeObject, context: ViewContext) => string {
  const render = translated(flag, () => parseTemplate(nameOf(flag), sourceOf(template)));
  return (object, context) => translated(flag, () => render(objectView(object, context)));
}

/** The same for what is no object: a document whose names are all that a template may ask for. */
export function documentRenderer(
  flag: string,
  template: string,
): (document: Readonly<Record<string, unknown>>) => string {
  const render = translated(flag, () => parseTemplate(nameOf(flag), sourceOf(template)));
  return (document) => translated(flag, () => render(documentView(document, () => Object.keys(document))));
}

/** `json` alone is all of it, as with Docker. */
const sourceOf = (template: string): string => (template === 'json' ? '{{json .}}' : template);

/** What errors call the template: `filter` for `--filter "{{.Name}}=a"`. */
const nameOf = (flag: string): string => /^-*([a-z]*)/.exec(flag)?.[1] ?? flag;

function translated<T>(flag: string, work: () => T): T {
  try {
    return work();
  } catch (failure) {
    if (!(failure instanceof TemplateError)) throw failure;
    throw usageError(`${flag}: ${failure.message}`, hintFor(failure));
  }
}

function hintFor({ message, meant }: TemplateError): string {
  if (meant !== undefined) return `did you mean ${JSON.stringify(meant)}?`;
  if (message.includes('bad character'))
    return 'for keys with characters other than letters, digits and "_", use {{index .metadata.labels "my-key"}}';
  return '"-o json" shows the fields; use Go template syntax, such as {{.metadata.name}} or {{json .}}';
}
