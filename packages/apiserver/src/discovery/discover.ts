import type { ServedResource } from '../resource/served-resource.ts';
import type { ContentReply } from '../response/reply.ts';
import { aggregatedMediaType, aggregatedVersion, groupDiscoveryList } from './aggregated.ts';
import { type ServedGroup, apiGroup, coreVersions, groupList, servedGroups } from './group-list.ts';
import { resourceList } from './resource-list.ts';

/** Pure. Answers a request for discovery. Returns `undefined` if the path is of something else. */
export function discover(
  path: string,
  accept: string | undefined,
  resources: readonly ServedResource[],
): ContentReply | undefined {
  const groups = servedGroups(resources);
  const [root, ...rest] = path.replaceAll(/^\/|\/$/g, '').split('/');
  if (root !== 'api' && root !== 'apis') return undefined;
  if (rest.length === 0) return rootReply(groups, root, accept);
  const [name = '', version, ...more] = root === 'api' ? ['', ...rest] : rest;
  const group = groups.find((each) => each.name === name);
  if (!group || (root === 'apis' && name === '') || more.length > 0) return undefined;
  if (version === undefined) return kept(apiGroup(group));
  const found = group.versions.find((each) => each.version === version);
  return found && kept(resourceList(found.groupVersion, found.resources));
}

function rootReply(
  groups: readonly ServedGroup[],
  root: 'api' | 'apis',
  accept: string | undefined,
): ContentReply {
  const version = aggregatedVersion(accept);
  if (version === undefined) return kept(root === 'api' ? coreVersions(groups) : groupList(groups));
  const shown = groups.filter(({ name }) => (name === '') === (root === 'api'));
  return { ...kept(groupDiscoveryList(shown, version)), mediaType: aggregatedMediaType(version) };
}

const kept = (content: object): ContentReply => ({ type: 'content', code: 200, content, isKept: true });
