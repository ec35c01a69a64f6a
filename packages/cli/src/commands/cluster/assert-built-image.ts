import type { Client } from '@ignite/api/client/client';
import { CodedError, hasCode } from '@ignite/toolkit/errors/coded-error';

/** An image that a recipe of ours makes, and that is in no registry. */
export interface BuiltImage {
  /** Its name and tag. An image that is imported has the name of its archive. */
  readonly image: string;
  /** Those who need it, such as "the nodes". */
  readonly users: string;
  /** The command that makes its archive, without the path of that. */
  readonly recipe: string;
}

/**
 * Looks for an image, before something is changed that would wait for it.
 * @throws CodedError `code`, with how to make the image
 */
export async function assertBuiltImage<Code extends string>(
  { image, users, recipe }: BuiltImage,
  code: Code,
  { images }: Pick<Client, 'images'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await images.find(image, signal);
  } catch (failure) {
    if (!hasCode(failure, 'IMAGE_NOT_FOUND')) throw failure;
    const [name, tag] = image.split(':');
    throw new CodedError<Code>(code, `this host has no image ${image} for ${users}`, {
      hint: `build it with "${recipe} ${name}.tar" and import it with "ignite image import oci-archive:${name}.tar:${tag}", or name one in a registry with --image`,
      cause: failure,
    });
  }
}
