import type { CodedError } from '../errors/coded-error.ts';
import { ToolFailedError } from '../process/runner.ts';
import { type SourceErrorCode, sourceError } from '../source/source.ts';
import { publicUrl } from './git-url.ts';

/**
 * Explains why git could not reach or read a repository. A failure that is not git's is returned as it is.
 */
export function explainGit(failure: unknown, url: string, seconds: number, timedOut: boolean): unknown {
  const where = publicUrl(url);
  if (timedOut)
    return sourceError(
      'SOURCE_UNREACHABLE',
      `${where} did not answer within ${seconds} s`,
      'check the network and the server, or allow more time',
      failure,
    );
  if (!(failure instanceof ToolFailedError)) return failure;
  return explainText(failure.stderr, where, failure);
}

function explainText(text: string, where: string, failure: ToolFailedError): CodedError<SourceErrorCode> {
  if (/dubious ownership/i.test(text))
    return sourceError(
      'SOURCE_DENIED',
      `${where}: the repository and the folders above it belong to different users`,
      'give the repository to the user whose folder it is in with "chown -R USER"',
      failure,
    );
  if (/Host key verification failed|host key is known/i.test(text))
    return sourceError(
      'SOURCE_DENIED',
      `${where}: the server's host key is not in the known hosts`,
      'add it there with ssh-keyscan, after comparing it with what its owner publishes',
      failure,
    );
  if (
    /Authentication failed|Permission denied|could not read (Username|Password)|access denied|returned error: 40[13]|terminal prompts disabled/i.test(
      text,
    )
  )
    return sourceError(
      'SOURCE_DENIED',
      `${where}: the server refused our credentials`,
      'check user, key or token',
      failure,
    );
  if (/certificate|SSL/i.test(text))
    return sourceError(
      'SOURCE_UNREACHABLE',
      `${where}: its certificate is not trusted`,
      'name the authority that issued it as the CA file',
      failure,
    );
  if (/couldn't find remote ref|not our ref|no such ref/i.test(text))
    return sourceError(
      'SOURCE_REF_MISSING',
      `${where}: what is wanted of it is not there`,
      'check branch, tag and commit',
      failure,
    );
  if (/not found|does not (exist|appear)|returned error: 404/i.test(text))
    return sourceError(
      'SOURCE_UNREACHABLE',
      `${where}: there is no such repository`,
      'check its address, and that the owner of a repository on this host can reach it',
      failure,
    );
  return sourceError(
    'SOURCE_UNREACHABLE',
    `${where} cannot be fetched`,
    'check the network and the server',
    failure,
  );
}
