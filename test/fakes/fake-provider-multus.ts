import { assertCalled, type FakeCall, refuse, runPlugin } from './fake-provider-call.ts'

type Plugin = Readonly<Record<string, unknown>>
type List = { readonly name: string; readonly cniVersion: string; readonly plugins: readonly Plugin[] }

/** Runs the first of its delegates, the default network, as Multus does for a pod that asks for no other. */
export function fakeMultus(call: FakeCall): string {
  assertCalled('multus', call, { pod: true, files: [] })
  const [first] = call.config['delegates'] as readonly (Plugin & Partial<List>)[]
  if (first === undefined) refuse('there are no delegates')
  const list = { name: first.name, cniVersion: first.cniVersion, plugins: first.plugins ?? [first] } as List
  switch (call.verb) {
    case 'ADD':
      return list.plugins.reduce((prev, plugin) => one(call, list, plugin, prev), '')
    case 'DEL':
      for (const plugin of list.plugins.toReversed()) one(call, list, plugin, '')
      return ''
    default:
      return ''
  }
}

function one({ config }: FakeCall, { name, cniVersion }: List, plugin: Plugin, prev: string): string {
  const declared = (plugin['capabilities'] ?? {}) as object
  const sent = Object.entries((config['runtimeConfig'] ?? {}) as object).filter(([key]) => Object.hasOwn(declared, key))
  return runPlugin(String(plugin['type']), {
    ...plugin,
    name,
    cniVersion,
    ...(sent.length > 0 ? { runtimeConfig: Object.fromEntries(sent) } : {}),
    ...(prev === '' ? {} : { prevResult: JSON.parse(prev) }),
  })
}
