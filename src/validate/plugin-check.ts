import {
  CniError,
  declaresCapability,
  findPlugin,
  isJsonObject,
  type JsonObject,
  type PluginConfig,
} from '../cni/index.ts'
import type { Facts } from './facts.ts'
import { defaultRoutes, ipamRemarks } from './ipam-check.ts'
import { pluginKeyRemarks } from './known-plugins.ts'
import { error, type Remark, warning } from './remark.ts'

// The plugins that are built on an interface of the node, and the key that names it.
const BUILT_ON: Readonly<Record<string, string>> = {
  macvlan: 'master',
  ipvlan: 'master',
  vlan: 'master',
  'host-device': 'device',
}

/** What is wrong with one plugin's configuration, paths from it; with facts, what is wrong with it on that node. */
export function pluginRemarks(plugin: PluginConfig, facts: Facts | undefined): readonly Remark[] {
  return [
    ...pluginKeyRemarks(plugin),
    ...ipamRemarks(plugin),
    ...gatewayRemarks(plugin),
    ...portmapRemarks(plugin),
    ...(facts ? [...interfaceRemarks(plugin, facts), ...executableRemarks(plugin, facts)] : []),
  ]
}

function gatewayRemarks(plugin: PluginConfig): readonly Remark[] {
  if (plugin.type !== 'bridge') return []
  const { isGateway, isDefaultGateway, ipam } = plugin
  const key = isDefaultGateway === true ? 'isDefaultGateway' : 'isGateway'
  const hasIpam = isJsonObject(ipam) && ipam['type'] !== undefined
  if ((isGateway === true || isDefaultGateway === true) && !hasIpam)
    return [warning('default-route', key, 'has no effect without ipam, which gives the gateway its address; add ipam')]
  if (isDefaultGateway !== true) return []
  return defaultRoutes(plugin).flatMap(({ path, gateway }) =>
    gateway === undefined
      ? []
      : [error('default-route', path, `sets a default route by ${gateway}, and isDefaultGateway another; keep one`)],
  )
}

function portmapRemarks(plugin: PluginConfig): readonly Remark[] {
  if (plugin.type !== 'portmap' || declaresCapability(plugin, 'portMappings')) return []
  const hint = 'add "capabilities": {"portMappings": true}'
  return [warning('capability', 'type', `portmap is told of no ports without the capability portMappings; ${hint}`)]
}

function interfaceRemarks(plugin: PluginConfig, { interfaces }: Facts): readonly Remark[] {
  const key = BUILT_ON[plugin.type]
  const name = key === undefined ? undefined : plugin[key]
  if (key === undefined || typeof name !== 'string' || name === '' || plugin['linkInContainer'] === true) return []
  if (interfaces.includes(name)) return []
  const there = interfaces.filter((one) => one !== 'lo').join(', ') || 'none but lo'
  return [error('missing-interface', key, `there is no interface "${name}" on this node; there are ${there}`)]
}

function executableRemarks(plugin: PluginConfig, { plugins }: Facts): readonly Remark[] {
  const { ipam } = plugin
  const type = isJsonObject(ipam) ? ipam['type'] : undefined
  return [
    ...missing(plugin, 'type', plugins),
    ...(typeof type === 'string' && type !== '' ? missing({ type }, 'ipam.type', plugins) : []),
  ]
}

function missing(plugin: JsonObject & { readonly type: string }, path: string, plugins: Facts['plugins']) {
  try {
    findPlugin(plugins, plugin)
    return []
  } catch (fault) {
    if (fault instanceof CniError) return [error('missing-plugin', path, fault.msg)]
    throw fault
  }
}
