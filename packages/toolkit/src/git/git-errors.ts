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
      'check the network and the server, or raise the timeout',
      failure,
    );
  if (!(failure instanceof ToolFailedError)) return failure;
  return explainText(failure.stderr, where, failure);
}

function explainText(text: string, where: string, failure: ToolFailedError): CodedError<SourceErrorCode> {
  if (/dubious ownership/i.test(text))
    return sourceError(
      'SOURCE_DENIED',
      `${where}: the repository and its parent directories belong to different users`,
      'make the owner of the parent directory the owner of the repository, with "chown -R USER"',
      failure,
    );
  if (/Host key verification failed|host key is known/i.test(text))
    return sourceError(
      'SOURCE_DENIED',
      `${where}: the host key of the server is not in the known hosts file`,
      'add it with ssh-keyscan, after comparing it with the published key',
      failure,
    );
  if (
    /Authentication failed|Permission denied|could not read (Username|Password)|access denied|returned error: 40[13]|terminal prompts disabled/i.test(
      text,
    )
  )
    return sourceError(
      'SOURCE_DENIED',
      `${where}: the server rejected the credentials`,
      'check the user, key or token',
      failure,
    );
  if (/certificate|SSL/i.test(text))
    return sourceError(
      'SOURCE_UNREACHABLE',
      `${where}: the certificate of the server is not trusted`,
      'use the certificate of its issuer as the CA file',
      failure,
    );
  if (/couldn't find remote ref|not our ref|no such ref/i.test(text))
    return sourceError(
      'SOURCE_REF_MISSING',
      `${where}: the branch, tag or commit does not exist`,
      'check the branch, tag or commit',
      failure,
    );
  if (/not found|does not (exist|appear)|returned error: 404/i.test(text))
    return sourceError(
      'SOURCE_UNREACHABLE',
      `${where}: there is no such repository`,
      'check the address; a repository on this host must be accessible to its owner',
      failure,
    );
  return sourceError(
    'SOURCE_UNREACHABLE',
    `${where} cannot be fetched`,
    'check the network and the server',
    failure,
  );
}
